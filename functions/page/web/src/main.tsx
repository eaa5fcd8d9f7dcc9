import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/controls.css";
import "./style/feedback.css";
import "./style/table.css";
import "./style/chart.css";
import "./style/overview.css";
import "./style/resources.css";
import "./style/findings.css";
import "./style/costs.css";
import "./style/phone.css";
import { App } from "./app";
import { start } from "./state/session";
import "./state/theme";
import "./state/keys";

const root = document.getElementById("app");
if (root) {
  start();
  render(<App />, root);
}
