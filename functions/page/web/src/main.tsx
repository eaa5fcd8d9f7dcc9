import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/views.css";
import { App } from "./app";
import { restoring, start } from "./state/session";
import "./state/theme";
import "./state/keys";

const root = document.getElementById("app");
if (root) {
  render(<App />, root);
  start().finally(() => {
    restoring.value = false;
  });
}
