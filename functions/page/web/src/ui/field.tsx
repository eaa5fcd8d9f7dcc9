import { useEffect, useRef, useState } from "preact/hooks";
import type { Parameter } from "../model/description";
import { Prose } from "./basics";
import { ListField } from "./listfield";

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
  const offered = parameter.options.length > 0 ? parameter.options : (props.suggestions ?? parameter.mentioned);
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
          all={parameter.all}
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
      <p class="field-help">
        <Prose text={parameter.description} />
      </p>
      {parameter.without && (
        <p class="field-help">
          Without it: <Prose text={parameter.without} />
        </p>
      )}
      <div class="field-foot">
        <button
          type="button"
          class="button quiet"
          disabled={shown === ""}
          onClick={() => {
            update("");
            props.close();
          }}
        >
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
