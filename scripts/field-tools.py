"""What the field's own tools make of an exported run: python field-tools.py RUN.nwb [SLEEPS] [--state-space]

Checks, and exits with 1 where one fails:
- nwbinspector with the configuration of the DANDI archive has nothing to say, and the file is valid for pynwb;
- pynapple finds units, ripples, epochs and position;
- a Bayesian decoder (pynapple), trained on what was lived before a sleep, finds of each ripple which episode it replays and in
  which order: what the file says (episode, order) and what scores.csv says (score);
- of the shuffled twins it finds an order by chance;
- with --state-space the state-space decoder of replay_trajectory_classification (Denovellis et al. 2021, eLife 10:e64505)
  finds the same orders.
"""

import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
STEP = 0.001  # bin of the state-space decoder, in seconds
COLUMNS = ("episode", "order", "completed", "score")


def checked(told, right):
    print(f"{'ok   ' if right else 'WRONG'} {told}")
    return bool(right)


def inspected(path):
    from nwbinspector import inspect_nwbfile, load_config
    from pynwb import validate

    said = list(inspect_nwbfile(nwbfile_path=path, config=load_config("dandi")))
    for message in said[:5]:
        print("     ", message.check_function_name, message.location, message.message)
    errors = validate(path=path)
    errors = errors[0] if isinstance(errors, tuple) else errors
    for error in errors[:5]:
        print("     ", error)
    return [checked("nwbinspector with dandi is silent", not said), checked("pynwb finds it valid", not errors)]


def ranks(values):
    return np.argsort(np.argsort(values)).astype(float)


def rho(steps):
    """Spearman's correlation of the decoded steps with the order in which they came."""
    if len(set(steps)) < 2:
        return 0.0
    return np.corrcoef(ranks(steps), np.arange(len(steps)))[0, 1]


def sleeps(session):
    """Each sleep with what was lived before it: the epoch, its trials, and the place of each moment among all their steps."""
    import pynapple as nap

    epochs, trials, position = session["epochs"], session["trials"], session["position"]
    phase = np.array(epochs["phase"])
    for i in np.flatnonzero(phase == "Sleep"):
        before = np.flatnonzero(phase[:i] == "Wake")
        if not len(before):
            continue
        wake, sleep = epochs[before[-1]], epochs[i]
        lived = trials.intersect(wake)
        at = position.restrict(wake)
        row = np.searchsorted(lived.start, at.t, side="right") - 1
        steps = int(np.max(np.array(lived["steps"])))
        yield wake, sleep, lived, nap.Tsd(at.t, row * steps + at.d), steps


def bayes(session, most):
    """Of each ripple and twin: its name, whether its episode was found, the order found, and what the file says."""
    import pynapple as nap

    units = session["units"]
    ca3 = units[units["region"] == "CA3"]
    found = []
    for wake, sleep, lived, place, steps in list(sleeps(session))[-most:]:
        bins = len(lived) * steps
        curves = nap.compute_tuning_curves(ca3, place, bins=bins, range=(-0.5, bins - 0.5), epochs=wake)
        asleep = session["ripples"].intersect(sleep)
        replayed = set(np.array(asleep["ripple"]))
        for name in ("ripples", "shuffled_ripples"):
            if name not in session.keys():
                continue
            ripples = session[name]
            for i in np.flatnonzero(np.isin(np.array(ripples["ripple"]), list(replayed))):
                count = round((ripples.end[i] - ripples.start[i]) / bin_of(session))
                if count < 3:
                    continue
                decoded, _ = nap.decode_bayes(curves, ca3, ripples[i], bin_size=bin_of(session))
                which = np.bincount((decoded.d // steps).astype(int)).argmax()
                told = {column: np.array(ripples[column])[i] for column in COLUMNS
                        if column in ripples.metadata_columns}
                right = np.array(lived["episode"])[which] == told["episode"]
                found.append((name, right, rho(decoded.d % steps), told))
    return found


def bin_of(session):
    """How long a replayed step lasts."""
    ripples = session["ripples"]
    steps = np.array(ripples["steps"])
    return float(np.median((ripples.end - ripples.start)[steps > 0] / steps[steps > 0]))


def decoded(session, most):
    found = bayes(session, most)
    ripples = [f for f in found if f[0] == "ripples"]
    twins = [f for f in found if f[0] == "shuffled_ripples"]
    ways = {"Forward": 1, "Reverse": -1}
    whole = [f for f in ripples if f[3]["completed"] and f[3]["order"] in ways]
    table = {(told, way): 0 for told in ways for way in (1, -1)}
    for _, _, order, told in whole:
        table[told["order"], 1 if order > 0 else -1] += 1
    print(f"      {len(ripples)} ripples, {len(whole)} of them whole, and {len(twins)} twins decoded")
    print("      whole ones, said by the file / found: forward, reverse")
    for told in ways:
        print(f"      {told:<8} {table[told, 1]:>6} {table[told, -1]:>8}")
    results = [checked("there are ripples to decode", ripples)]
    if whole:
        right = sum(table[told, way] for told, way in ways.items())
        content = np.mean([f[1] for f in whole])
        results += [
            checked(f"whole ripples: the right episode in {content:.1%} (at least 90 %)", content >= 0.9),
            checked(f"whole ripples: the right direction in {right} of {len(whole)} (at least 90 %)", right >= 0.9 * len(whole)),
        ]
    scored = [f for f in found if "score" in f[3] and np.isfinite(f[3]["score"])]
    if scored:
        both = np.array([(f[2], f[3]["score"]) for f in scored])
        apart = np.abs(both[:, 0] - both[:, 1]).mean()
        results.append(checked(f"orders of ripples and twins differ from scores.csv by {apart:.3f} (at most 0.1)", apart <= 0.1))
    if twins:
        orders = np.array([f[2] for f in twins])
        error = orders.std() / np.sqrt(len(orders))
        chance = abs(orders.mean()) <= 3 * error
        results.append(checked(f"twins: mean order {orders.mean():+.3f} with a standard error of {error:.3f}: chance", chance))
    return results


def state_space(session, most):
    """The state-space decoder of the field: spikes in bins of a millisecond, a random walk over position."""
    from replay_trajectory_classification import Environment, RandomWalk, Uniform
    from replay_trajectory_classification import SortedSpikesClassifier

    units = session["units"]
    ca3 = units[units["region"] == "CA3"]
    found = []
    for wake, sleep, lived, place, steps in list(sleeps(session))[-most:]:
        bins = len(lived) * steps
        grid = np.arange(wake.start[0], wake.end[0], STEP)
        at = np.searchsorted(place.t, grid, side="right").clip(1, len(place)) - 1
        inside = np.abs(place.t[at] - grid) <= 0.1
        spikes = ca3.count(bin_size=STEP, ep=wake).d
        count = min(len(grid), len(spikes))
        keep = inside[:count]
        classifier = SortedSpikesClassifier(
            environments=Environment(place_bin_size=1.0),
            continuous_transition_types=[[RandomWalk(movement_var=4.0), Uniform()], [Uniform(), Uniform()]],
            sorted_spikes_algorithm="spiking_likelihood_kde",
            sorted_spikes_algorithm_params={"position_std": 0.5, "use_diffusion": False, "block_size": None},
        )
        classifier.fit(place.d[at[:count]][keep][:, None], spikes[:count][keep] > 0)
        asleep = session["ripples"].intersect(sleep)
        for i in range(len(asleep)):
            if np.array(asleep["steps"])[i] < 3:
                continue
            seen = ca3.count(bin_size=STEP, ep=asleep[i])
            result = classifier.predict(seen.d > 0, time=seen.t, is_compute_acausal=True)
            over = result.acausal_posterior.sum("state")
            best = over.position.values[over.values.argmax(1)]
            whole = np.array(asleep["completed"])[i]
            found.append((np.array(asleep["order"])[i], rho(best % steps), whole))
    ways = {"Forward": 1, "Reverse": -1}
    found = [(told, order) for told, order, whole in found if whole and told in ways]
    right = sum(np.sign(order) == ways[told] for told, order in found)
    told = f"state-space decoder, whole ripples: the right direction in {right} of {len(found)} (at least 90 %)"
    return [checked(told, right >= 0.9 * len(found))]


def main():
    import pynapple as nap

    path = sys.argv[1]
    most = int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[2].isdigit() else 3
    results = inspected(path)
    session = nap.load_file(path)
    wanted = ["units", "ripples", "epochs", "position"]
    missing = [name for name in wanted if name not in session.keys()]
    results.append(checked("pynapple finds " + ", ".join(wanted), not missing))
    if not missing:
        results += decoded(session, most)
        if "--state-space" in sys.argv:
            results += state_space(session, 1)
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
