import { useState } from "preact/hooks";
import { joinList, splitList, toggled } from "../model/route";
import { IconButton } from "./basics";

/** Several of the values that are offered, or for an open list any others. */
export function ListField(props: {
  name: string;
  offered: string[];
  open: boolean;
  all: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState("");
  const values = splitList(props.value);
  // What is chosen is seen without scrolling. Ticking moves nothing: the order is that of the moment it opened.
  const [first] = useState(values);
  const all = [...new Set([...first, ...props.offered, ...values])];
  const listed = all.filter((one) => one.toLowerCase().includes(typed.toLowerCase()));
  const add = () => {
    if (typed === "") return;
    props.onChange(joinList([...values, ...splitList(typed)]));
    setTyped("");
  };
  const toggle = (option: string) => props.onChange(joinList(toggled(values, option, props.all)));
  return (
    <>
      {(props.open || all.length > 8) && (
        <div class="field-add">
          <input
            class="input"
            type="text"
            aria-label={props.open ? `Add to ${props.name}` : `Find in ${props.name}`}
            placeholder={props.open ? "Type a value, then Enter" : "Find"}
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || typed === "" || !props.open) return;
              event.preventDefault();
              add();
            }}
          />
          {props.open && <IconButton icon="plus" label="Add" onClick={add} disabled={typed === ""} />}
        </div>
      )}
      <fieldset class="options">
        <legend class="unseen">{props.name}</legend>
        {listed.map((option) => (
          <label key={option} class="option">
            <input type="checkbox" checked={values.includes(option)} onChange={() => toggle(option)} />
            <span>{option}</span>
          </label>
        ))}
      </fieldset>
    </>
  );
}
