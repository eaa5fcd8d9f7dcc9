import type { View } from "./model/route";
import { helpOpen } from "./state/keys";
import { route } from "./state/navigation";
import { credentials, description, descriptionFailure, interruption, loadDescription } from "./state/session";
import { FailureNotice, Skeleton } from "./ui/states";
import { Costs } from "./views/costs";
import { Findings } from "./views/findings";
import { Help } from "./views/help";
import { Metrics } from "./views/metrics";
import { NoSuchView } from "./views/nosuchview";
import { Overview } from "./views/overview";
import { Resources } from "./views/resources";
import { Shell } from "./views/shell";
import { SignIn, SignInAgain } from "./views/signin";

const VIEWS: Record<View, () => preact.JSX.Element> = {
  overview: Overview,
  resources: Resources,
  findings: Findings,
  costs: Costs,
  metrics: Metrics,
};

export function App() {
  if (credentials.value === null) return <SignIn />;
  const View = VIEWS[route.value.view];
  return (
    <>
      <Shell>
        {route.value.unknown !== undefined ? (
          <NoSuchView name={route.value.unknown} />
        ) : description.value ? (
          // Another account is another view: nothing of the one before may stay on the screen.
          <View key={`${route.value.view} ${route.value.account}`} />
        ) : descriptionFailure.value ? (
          <FailureNotice failure={descriptionFailure.value} onRetry={loadDescription} />
        ) : (
          <Skeleton />
        )}
      </Shell>
      {helpOpen.value && <Help />}
      {interruption.value && <SignInAgain failure={interruption.value} />}
    </>
  );
}
