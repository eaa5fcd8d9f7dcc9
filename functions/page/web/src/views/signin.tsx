import { useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../api/errors";
import { leave, resume } from "../state/calls";
import { credentials, entered, interruption, signIn } from "../state/session";
import { Dialog } from "../ui/dialog";
import { Icon, Mark } from "../ui/icon";
import { ThemeButton } from "./theme";

export function SignIn() {
  return (
    <main class="signin">
      <div class="signin-theme">
        <ThemeButton />
      </div>
      <div class="signin-card">
        <div class="signin-brand">
          <Mark size={36} />
          <h1>Stratoscope</h1>
        </div>
        <p class="signin-lead">What an AWS account has, how it is doing, what it costs and what is wrong with it.</p>
        <Form />
      </div>
    </main>
  );
}

/** Over the view, which stays as it is: an expired token must not cost anybody their work. */
export function SignInAgain({ failure }: { failure: Failure }) {
  return (
    <Dialog title="Sign in again" class="signin-dialog">
      <h2>Sign in again</h2>
      <p class="faint">Your view stays as it is and goes on afterwards.</p>
      <Form before={failure} />
      <button type="button" class="button quiet" onClick={leave}>
        Sign out
      </button>
    </Dialog>
  );
}

/** Which of the two is wrong, as far as the gateway lets that be known. */
const SAID: Partial<Record<Failure["kind"], { field: "key" | "token" | null; text: string }>> = {
  key: { field: "key", text: "This API key is not valid here. The token has not been refused." },
  token: { field: "token", text: "This token is wrong or has expired." },
  scope: { field: "token", text: "This token is valid, but opens no route here." },
  rate: { field: null, text: "Too many requests at the moment. Wait a few seconds, then try again." },
  quota: { field: "key", text: "The month’s quota of this API key is used up." },
};

function Form({ before }: { before?: Failure }) {
  const [key, setKey] = useState(credentials.value?.key ?? "");
  const [token, setToken] = useState("");
  const [keep, setKeep] = useState(sessionStorage.length > 0);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(before ?? null);
  const said = failure && (SAID[failure.kind] ?? { field: null, text: failure.message });

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      entered.value = true;
      await signIn({ key: key.trim(), token: token.trim() }, keep);
      interruption.value = null;
      resume();
    } catch (error) {
      setFailure(error instanceof Failure ? error : new Failure("internal", String(error)));
      setBusy(false);
    }
  };
  return (
    <form class="signin-form" onSubmit={submit}>
      <Secret
        name="key"
        label="API key"
        value={key}
        onInput={setKey}
        wrong={said?.field === "key" ? said.text : null}
        isFirst={key === ""}
      />
      <Secret
        name="token"
        label="Token"
        value={token}
        onInput={setToken}
        wrong={said?.field === "token" ? said.text : null}
        isFirst={key !== ""}
      />
      <label class="option">
        <input type="checkbox" checked={keep} onChange={(event) => setKeep(event.currentTarget.checked)} />
        <span>Keep until this tab closes</span>
      </label>
      {said && said.field === null && (
        <p class="wrong" role="alert">
          <Icon name="gap" /> {said.text}
        </p>
      )}
      <button type="submit" class="button primary wide" disabled={busy || key.trim() === "" || token.trim() === ""}>
        {busy ? "Signing in …" : "Sign in"}
      </button>
      <p class="faint small">
        Both stay in this tab’s memory, unless you keep them. They are never part of an address.
      </p>
    </form>
  );
}

function Secret(props: {
  name: string;
  label: string;
  value: string;
  wrong: string | null;
  /** Whether it is what to type first, when the form appears. */
  isFirst: boolean;
  onInput: (value: string) => void;
}) {
  const [isShown, setShown] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (props.isFirst) input.current?.focus();
  }, []);
  useEffect(() => {
    if (props.wrong !== null) input.current?.focus();
  }, [props.wrong]);
  return (
    <div class="secret">
      <label for={props.name}>{props.label}</label>
      <div class="secret-row">
        <input
          id={props.name}
          ref={input}
          class="input"
          // The types of Preact tell inputs apart by a literal type.
          type={(isShown ? "text" : "password") as "text"}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={props.value}
          aria-invalid={props.wrong !== null}
          aria-describedby={props.wrong ? `${props.name}-wrong` : undefined}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
        <button
          type="button"
          class="button quiet"
          aria-controls={props.name}
          aria-label={`${isShown ? "Hide" : "Show"} the ${props.label}`}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? "Hide" : "Show"}
        </button>
      </div>
      {props.wrong && (
        <p class="wrong" id={`${props.name}-wrong`} role="alert">
          <Icon name="gap" /> {props.wrong}
        </p>
      )}
    </div>
  );
}
