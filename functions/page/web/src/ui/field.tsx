import { useEffect, useRef, useState } from "preact/hooks";
import type { Parameter } from "../model/description";
import { joinList, splitList } from "../model/route";
import { IconButton } from "./basics";

/**
 * The control of one parameter, by its schema. A choice of several values is applied when the panel closes: each call
 * asks AWS, so ticking five boxes should be one call.
 */
export function Field(props: {
  parameter: Parameter;
  value: string;
  suggestions: string[] | null;
  onChange: (value: string) => void;
  close: () => void;
}) {
  const { parameter } = props;
  const draft = useRef(props.value);
  const [shown, setShown] = useState(props.value);
  const update = (value: string) => {
    draft.current = value;
    setShown(value);
  };
  const { onChange, value } = props;
  const commit = useRef(onChange);
  commit.current = onChange;
  useEffect(
    () => () => {
      if (draft.current !== value) commit.current(draft.current);
    },
    [value],
  );
  const offered = parameter.options.length > 0 ? parameter.options : (props.suggestions ?? []);
  return (
    <form
      class="field"
      onSubmit={(event) => {
        event.preventDefault();
        props.close();
      }}
    >
      {parameter.kind === "list" ? (
        <ListField
          name={parameter.label}
          offered={offered}
          open={parameter.options.length === 0}
          value={shown}
          onChange={update}
        />
      ) : parameter.kind === "choice" || parameter.kind === "flag" ? (
        <Choices
          name={parameter.label}
          offered={parameter.kind === "flag" ? ["true", "false"] : offered}
          value={shown}
          onChange={update}
        />
      ) : (
        <>
          <Entry parameter={parameter} value={shown} onChange={update} />
          {offered.length > 0 && <Choices name={parameter.label} offered={offered} value={shown} onChange={update} />}
        </>
      )}
      <p class="field-help">{parameter.description}</p>
      {parameter.without && <p class="field-help">Without it: {parameter.without}</p>}
      <div class="field-foot">
        <button type="button" class="button quiet" disabled={shown === ""} onClick={() => update("")}>
          Clear
        </button>
        <button type="submit" class="button primary">
          Apply
        </button>
      </div>
    </form>
  );
}

function Entry({
  parameter,
  value,
  onChange,
}: {
  parameter: Parameter;
  value: string;
  onChange: (value: string) => void;
}) {
  const type = parameter.kind === "integer" ? "number" : parameter.kind === "date" ? "date" : "text";
  return (
    <input
      class="input"
      // The types of Preact tell inputs apart by a literal type.
      type={type as "text"}
      aria-label={parameter.label}
      value={value}
      min={parameter.minimum ?? undefined}
      max={parameter.maximum ?? undefined}
      placeholder={parameter.kind === "integer" ? range(parameter) : ""}
      onInput={(event) => onChange(event.currentTarget.value.trim())}
    />
  );
}

function range({ minimum, maximum }: Parameter): string {
  return minimum !== null && maximum !== null ? `${minimum} to ${maximum}` : "";
}

function Choices({
  name,
  offered,
  value,
  onChange,
}: {
  name: string;
  offered: string[];
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <fieldset class="options">
      <legend class="unseen">{name}</legend>
      {offered.map((option) => (
        <label key={option} class="option">
          <input type="radio" name={name} checked={value === option} onChange={() => onChange(option)} />
          <span>{option === "true" ? "Yes" : option === "false" ? "No" : option}</span>
        </label>
      ))}
    </fieldset>
  );
}

function ListField(props: {
  name: string;
  offered: string[];
  open: boolean;
  value: string;
  onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState("");
  const values = splitList(props.value);
  const all = [...new Set([...props.offered, ...values])];
  const listed = all.filter((one) => one.toLowerCase().includes(typed.toLowerCase()));
  const add = () => {
    if (typed === "") return;
    props.onChange(joinList([...values, ...splitList(typed)]));
    setTyped("");
  };
  const toggle = (option: string) =>
    props.onChange(joinList(values.includes(option) ? values.filter((one) => one !== option) : [...values, option]));
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
