import { nextTheme, theme } from "../state/theme";
import { IconButton } from "../ui/basics";

export function ThemeButton() {
  return <IconButton icon={theme.value} label={`Theme: ${theme.value}`} onClick={nextTheme} />;
}
