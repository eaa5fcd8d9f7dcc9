import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Failure } from "../api/errors";
import type { Parameter } from "../model/description";
import { splitList } from "../model/route";
import { Prose } from "./basics";
import { Field } from "./field";
import { Icon } from "./icon";
import { Popover } from "./popover";

/**
 * Filters for the parameters of a route, whatever they are: the description says what each is called, takes and means.
 * The leading ones are always there, the others once they are added or set.
 */
export function FilterBar(props: {
  parameters: Parameter[];
  lead: string[];
  values: Record<string, string>;
  /** What the view asks for where nothing is set: shown, but not as a choice of the viewer, and not cleared. */
  defaults?: Record<string, string>;
  /** Parameters with a control elsewhere that are cleared together with these. */
  beside?: string[];
  onChange: (values: Record<string, string>) => void;
  /** Values to offer where the description lists none, such as the regions that were seen. */
  suggest?: (parameter: Parameter) => string[] | null;
  failure?: Failure | null;
  before?: ComponentChildren;
  children?: ComponentChildren;
}) {
  const [added, setAdded] = useState<string[]>([]);
  const shown = props.parameters
    .filter(({ name }) => props.lead.includes(name) || added.includes(name) || props.values[name] !== undefined)
    .sort((a, b) => rank(props.lead, a.name) - rank(props.lead, b.name));
  const more = props.parameters.filter((one) => !shown.includes(one));
  const wrong = props.failure?.kind === "parameter" ? props.failure : null;
  const set = [
    ...props.parameters.map(({ name }) => name).filter((name) => props.values[name] !== undefined),
    ...(props.beside ?? []),
  ];
  return (
    <div class="filters">
      {props.before}
      {shown.map((parameter) => (
        <Pill
          key={parameter.name}
          parameter={parameter}
          value={props.values[parameter.name] ?? props.defaults?.[parameter.name]}
          isDefault={props.values[parameter.name] === undefined}
          suggestions={props.suggest?.(parameter) ?? null}
          wrong={wrong?.details.parameter === parameter.name}
          onChange={(value) => props.onChange({ [parameter.name]: value })}
        />
      ))}
      {more.length > 0 && <AddFilter parameters={more} onAdd={(name) => setAdded([...added, name])} />}
      {set.length > 0 && (
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            setAdded([]);
            props.onChange(Object.fromEntries(set.map((name) => [name, ""])));
          }}
        >
          Clear
        </button>
      )}
      {props.children}
      {wrong && (
        <p class="filter-wrong" id="filter-wrong" role="alert">
          <Icon name="gap" />
          <span>
            {wrong.details.parameter && <code>{wrong.details.parameter}</code>} <Prose text={wrong.message} />
          </span>
        </p>
      )}
    </div>
  );
}

function rank(lead: string[], name: string): number {
  const at = lead.indexOf(name);
  return at < 0 ? lead.length : at;
}

export function Pill(props: {
  parameter: Parameter;
  value: string | undefined;
  /** The value holds without anybody having set it. */
  isDefault?: boolean;
  suggestions: string[] | null;
  wrong: boolean;
  onChange: (value: string) => void;
}) {
  const { parameter, value } = props;
  return (
    <Popover
      title={parameter.label}
      class={`pill ${value === undefined || props.isDefault ? "" : "set"}`}
      invalid={props.wrong}
      {...(props.wrong ? { describedBy: "filter-wrong" } : {})}
      label={
        <span class="pill-text">
          <span>{parameter.label}</span>
          {value !== undefined && <strong>{summary(parameter, value)}</strong>}
        </span>
      }
    >
      {(close) => (
        <Field
          parameter={parameter}
          value={value ?? ""}
          suggestions={props.suggestions}
          onChange={props.onChange}
          close={close}
        />
      )}
    </Popover>
  );
}

function summary(parameter: Parameter, value: string): string {
  if (parameter.kind === "flag") return value === "true" ? "yes" : "no";
  if (parameter.kind !== "list") return value;
  const values = splitList(value);
  return values.length <= 2 ? values.join(", ") : `${values[0]} +${values.length - 1}`;
}

function AddFilter({ parameters, onAdd }: { parameters: Parameter[]; onAdd: (name: string) => void }) {
  return (
    <Popover
      title="More filters"
      class="quiet"
      caret={false}
      label={
        <>
          <Icon name="plus" /> Filter
        </>
      }
    >
      {(close) => (
        <ul class="menu">
          {parameters.map((parameter) => (
            <li key={parameter.name}>
              <button
                type="button"
                onClick={() => {
                  onAdd(parameter.name);
                  close();
                }}
              >
                <strong>{parameter.label}</strong>
                <span class="faint">
                  {parameter.without && (
                    <>
                      Without it: <Prose text={parameter.without} />
                    </>
                  )}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}
