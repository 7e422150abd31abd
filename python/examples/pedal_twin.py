"""A feed-forward twin of the recurrent model of a guitar pedal.

    python pedal_twin.py centaur_50.json [--sweeps 110] [--k 128] [--units 40] [--steps 8000] [-o twin]

Decaying sweeps with five overtones, a quarter of a second each, stand for a guitar. A network of convolutions is trained to
imitate the pedal on the first three quarters of them and measured on the rest, beside the pedal cut off after k inputs.
With a GRU of 8 units (klon-centaur of RTNeural's examples) and the settings above the network's error is 2.4 %.
"""

import argparse

import numpy

import unrecur

RATE = 44100


def guitar(sweeps: int) -> numpy.ndarray:
    """Plucked notes that glide, with values in (-1, 1): an array of shape (steps, 1)."""
    random = numpy.random.default_rng(7)
    t = numpy.arange(RATE // 4) / RATE
    notes = []
    for _ in range(sweeps):
        start = random.uniform(82, 660)
        end = start * random.uniform(0.5, 3)
        phase = 2 * numpy.pi * numpy.cumsum(start + (end - start) * t / t[-1]) / RATE
        note = sum(random.uniform(0.3, 1) / h * numpy.sin(h * phase + random.uniform(0, 6.28)) for h in range(1, 6))
        note = note * (numpy.exp(-t * random.uniform(2, 8)) * numpy.minimum(1, t * 400))
        notes.append(note * random.uniform(0.2, 0.9) / numpy.abs(note).max())
    return numpy.concatenate(notes)[:, None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", help="a model of one input that unrecur reads")
    parser.add_argument("--sweeps", type=int, default=110)
    parser.add_argument("--k", type=int, default=128)
    parser.add_argument("--units", type=int, default=40)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("-o", "--output", help="where the twin goes, as unrecur.Fit.save has it")
    given = parser.parse_args()
    fit = unrecur.fit(given.model, guitar(given.sweeps), family=["truncated", "tcn"], k=given.k, units=given.units,
                      steps=given.steps)
    print(fit)
    if given.output:
        print("\n".join(fit.save(given.output)))


if __name__ == "__main__":
    main()
