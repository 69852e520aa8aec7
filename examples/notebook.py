"""Decodes the ripples of an exported run with pynapple and draws what it finds. For example:

    ammon run recall-by-replay --out run --set "protocol=[Repeat(times: 3, phases: [Wake(episodes: 16), Sleep(ripples: 16, score: true)])]"
    ammon export run --format nwb
    pip install pynapple matplotlib
    python examples/notebook.py run/run.nwb ripples.png
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
import pynapple as nap

session = nap.load_file(sys.argv[1])
units, epochs, trials, ripples = (session[name] for name in ("units", "epochs", "trials", "ripples"))
ca3 = units[units["region"] == "CA3"]
phase = np.array(epochs["phase"])

# What was lived before the last sleep: a place is a step of an episode, one episode after the other.
last = np.flatnonzero(phase == "Sleep")[-1]
wake, sleep = epochs[last - 1], epochs[last]
lived, position = trials.intersect(wake), session["position"].restrict(wake)
steps = int(np.max(np.array(lived["steps"])))
row = np.searchsorted(lived.start, position.t, side="right") - 1
place = nap.Tsd(position.t, row * steps + position.d)
bins = len(lived) * steps
curves = nap.compute_tuning_curves(ca3, place, bins=bins, range=(-0.5, bins - 0.5), epochs=wake)

# Each ripple of that sleep, and its twin whose sequence was shuffled, decoded step by step.
asleep = ripples.intersect(sleep)
count = np.array(asleep["steps"])
bin_size = float(np.median((asleep.end - asleep.start)[count > 0] / count[count > 0]))
fig, axes = plt.subplots(2, 4, figsize=(11, 5), sharex=True, sharey=True, constrained_layout=True)
for kind, line in zip(("ripples", "shuffled_ripples"), axes):
    all_of = session[kind]
    long = all_of.end - all_of.start > 2 * bin_size
    those = np.flatnonzero(long & np.isin(np.array(all_of["ripple"]), np.array(asleep["ripple"])))
    for i, ax in zip(those, line):
        found, posterior = nap.decode_bayes(curves, ca3, all_of[i], bin_size=bin_size)
        within = posterior.values.reshape(len(found), len(lived), steps).sum(axis=1)
        which = np.array(lived["episode"])[np.bincount((found.d // steps).astype(int)).argmax()]
        ax.imshow(within.T, origin="lower", aspect="auto", cmap="magma")
        ax.set_title(f"{kind[:-1].replace('_', ' ')} {np.array(all_of['ripple'])[i]}: episode {which}", fontsize=9)
axes[0, 0].set_ylabel("decoded step")
axes[1, 0].set_ylabel("decoded step")
fig.supxlabel("step of the ripple")
fig.savefig(sys.argv[2], dpi=150)
