import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/views.css";
import { App } from "./app";
import { start } from "./state/session";
import "./state/theme";
import "./state/keys";

const root = document.getElementById("app");
if (root) {
  start();
  render(<App />, root);
}
