import { dayOf } from "../model/exceptions";
import { screen } from "./calls";

/** The UTC day of what is on the screen: exceptions end by the API's clock, not by that of the viewer's machine. */
export function today(): string {
  return dayOf(screen.value.meta?.generated_at ?? new Date().toISOString());
}
