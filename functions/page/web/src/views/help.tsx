import { helpOpen } from "../state/keys";
import { Dialog } from "../ui/dialog";

const KEYS: [string[], string][] = [
  [["/"], "Search; Enter goes on to what it found"],
  [["j", "k"], "Next and previous row"],
  [["Enter"], "Open the row"],
  [["Esc"], "Close what opened last, or empty the search"],
  [["g", "o"], "Overview"],
  [["g", "r"], "Resources"],
  [["g", "f"], "Findings"],
  [["g", "c"], "Costs"],
  [["g", "m"], "Metrics"],
  [["?"], "This list"],
];

export function Help() {
  return (
    <Dialog title="Keys" onClose={() => (helpOpen.value = false)}>
      <dl class="keys">
        {KEYS.map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
