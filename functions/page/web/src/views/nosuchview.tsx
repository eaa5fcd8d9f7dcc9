import { linkTo } from "../state/navigation";
import { Notice } from "../ui/states";

/** For an address that somebody has mistyped or cut: opening something else instead would look like an answer. */
export function NoSuchView({ name }: { name: string }) {
  return (
    <div class="page">
      <h1>Not found</h1>
      <Notice
        icon="search"
        title="There is no such view"
        action={
          <a class="button primary" href={linkTo("overview")}>
            Go to the overview
          </a>
        }
      >
        <p>
          The address asks for <bdi class="mono">{name.slice(0, 100)}</bdi>.
        </p>
      </Notice>
    </div>
  );
}
