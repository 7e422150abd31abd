#!/usr/bin/env python3
"""Search for the RNN on Wikitext-2: the model and the training of `unrecur train`, written in PyTorch for a GPU.

    wikitext2_rnn.py FOLDER SECONDS < RUNS

FOLDER holds the texts of the data set (train.txt.gz, valid.txt.gz). RUNS has one JSON object a line: "name", and what
differs from BASE. All runs train side by side on one GPU, each step a CUDA graph of its own stream; after each epoch a
line of JSON says the perplexity of the training (with dropout) and validation parts, the latter also of the averaged
weights. The test part is not read. Products are made in TF32; batches, dropout and first weights differ from unrecur's,
which has its own random numbers. Without a GPU the same code runs step by step.
"""
import collections, contextlib, gzip, json, math, os, sys, time
import torch
import torch.nn.functional as F

BASE = dict(hidden=400, embedding=400, cutoffs=[2000, 10000], narrower=4, batch=20, bptt=20, clip=0.25, seed=101,
            input_dropout=0.5, output_dropout=0.5, learning_rate=0.5, embedding_factor=160.0, decoder_factor=40.0,
            tail_factor=None, embedding_range=0.1, plateau_factor=0.5, plateau_threshold=0.0, smallest_rate=0.001,
            epochs=60, weight_decay=0.0, average_from=0, optimiser="sgd")
GPU = torch.cuda.is_available()
DEVICE = "cuda" if GPU else "cpu"


def read_texts(folder):
    """Symbols of the training and validation parts, the most frequent word first."""
    def words(part):
        with gzip.open(os.path.join(folder, part + ".txt.gz"), "rt", encoding="utf8") as file:
            return [word for line in file for word in line.split() + ["<eos>"]]
    train, valid = words("train"), words("valid")
    count, first = collections.Counter(train), {}
    for place, word in enumerate(train):
        first.setdefault(word, place)
    number = {word: i for i, word in enumerate(sorted(first, key=lambda w: (-count[w], first[w])))}
    return [torch.tensor([number.get(w, number["<unk>"]) for w in text]) for text in (train, valid)], len(number)


def streams(text, count):
    """Inputs and targets of `count` streams that are read side by side."""
    n = (len(text) - 1) // count
    return text[:count * n].view(count, n).to(DEVICE), text[1:count * n + 1].view(count, n).to(DEVICE)


class Run:
    def __init__(self, config, texts, vocabulary):
        unknown = set(config) - set(BASE) - {"name"}
        if unknown:
            sys.exit(f"{config.get('name')}: unknown keys {sorted(unknown)}")
        c = self.c = dict(BASE, **config)
        n, e, random = c["hidden"], c["embedding"], torch.Generator().manual_seed(c["seed"])
        def start(rows, columns=None, reach=1 / math.sqrt(n)):
            shape = (rows,) if columns is None else (rows, columns)
            return ((torch.rand(shape, generator=random) * 2 - 1) * reach).to(DEVICE).requires_grad_()
        self.ends = c["cutoffs"] + [vocabulary]
        self.emb = start(vocabulary, e, c["embedding_range"])
        self.u, self.w, self.b = start(n, e), start(n, n), start(n)
        self.head, self.head_bias = start(self.ends[0] + len(c["cutoffs"]), n), start(self.ends[0] + len(c["cutoffs"]))
        self.tails, narrow = [], n
        for low, high in zip(self.ends, self.ends[1:]):
            narrow = max(1, narrow // c["narrower"])
            self.tails.append((start(narrow, n), start(high - low, narrow), start(high - low)))
        tails = [p for tail in self.tails for p in tail]
        self.weights = [self.emb, self.u, self.w, self.b, self.head, self.head_bias] + tails
        self.factors = [c["embedding_factor"], 1.0, 1.0, 1.0] + [c["decoder_factor"]] * 2
        self.factors += [c["tail_factor"] or c["decoder_factor"]] * len(tails)
        self.x, self.y = streams(texts[0], c["batch"])
        self.valid = streams(texts[1], min(100, len(texts[1]) // 2))
        self.steps, self.done, self.epoch = self.x.shape[1] // c["bptt"], 0, 0
        self.rate, self.best, self.begun = c["learning_rate"], math.inf, time.time()
        number = lambda kind=torch.float32: torch.zeros((), dtype=kind, device=DEVICE)
        self.place, self.loss, self.eta, self.averaged = number(torch.long), number(torch.float64), number(), number()
        self.window = torch.arange(c["bptt"], device=DEVICE)
        self.state = torch.zeros(c["batch"], n, device=DEVICE)
        self.mean = [p.detach().clone() for p in self.weights] if c["average_from"] else None
        if c["optimiser"] == "adam":
            self.moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in self.weights]
            self.updates = number()
        if GPU:
            self.capture()
        self.begin_epoch()

    def capture(self):
        self.stream = torch.cuda.Stream()
        with torch.cuda.stream(self.stream):
            for _ in range(2):
                self.step()  # at rate 0
        self.stream.synchronize()
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph, stream=self.stream, capture_error_mode="thread_local"):
            self.step()
        self.stream.synchronize()

    def begin_epoch(self):
        with torch.no_grad():
            for value in (self.place, self.loss, self.state):
                value.zero_()
            self.eta.fill_(self.rate)
            if self.epoch + 1 <= self.c["average_from"]:
                self.averaged.zero_()
            if self.c["optimiser"] == "adam" and self.epoch == 0:
                for value in [m for pair in self.moments for m in pair] + [self.updates]:
                    value.zero_()
        self.done = 0

    def hidden(self, symbols, state, dropout):
        x = F.embedding(symbols, self.emb)
        if dropout:
            x = F.dropout(x, self.c["input_dropout"])
        states = []
        for drive in F.linear(x, self.u, self.b).unbind(1):
            state = torch.tanh(torch.addmm(drive, state, self.w.t()))
            states.append(state)
        return torch.stack(states, 1), state

    def loss_sum(self, h, y):
        """Every tail of the adaptive softmax over all columns, then masked: shapes that a graph can hold."""
        head = y
        for i, (low, high) in enumerate(zip(self.ends, self.ends[1:])):
            head = torch.where((y >= low) & (y < high), torch.full_like(y, self.ends[0] + i), head)
        total = F.cross_entropy(F.linear(h, self.head, self.head_bias), head, reduction="sum")
        for (low, high), (narrow, weight, bias) in zip(zip(self.ends, self.ends[1:]), self.tails):
            z = F.linear(F.linear(h, narrow), weight, bias)
            nll = F.cross_entropy(z, (y - low).clamp(0, high - low - 1), reduction="none")
            total = total + (nll * ((y >= low) & (y < high))).sum()
        return total

    def step(self):
        c, index = self.c, self.place + self.window
        x, y = self.x.index_select(1, index), self.y.index_select(1, index).reshape(-1)
        h, state = self.hidden(x, self.state, True)
        loss = self.loss_sum(F.dropout(h.reshape(-1, c["hidden"]), c["output_dropout"]), y) / y.numel()
        gradients = torch.autograd.grad(loss, self.weights)
        with torch.no_grad():
            self.state.copy_(state)
            self.loss.add_(loss.double())
            self.place.add_(c["bptt"])
            norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients]))
            shrink = (c["clip"] / norm).clamp(max=1.0)
            self.descend([g * shrink for g in gradients])
            if self.mean:
                self.averaged.add_(1)
                for mean, p in zip(self.mean, self.weights):
                    mean.add_((p - mean) / self.averaged)

    def descend(self, gradients):
        c, eta = self.c, self.eta
        if c["optimiser"] == "adam":
            self.updates.add_(1)
            eta = eta * torch.sqrt(1 - 0.999 ** self.updates) / (1 - 0.9 ** self.updates)
        for i, (p, g, factor) in enumerate(zip(self.weights, gradients, self.factors)):
            if c["weight_decay"]:
                p.mul_(1 - self.eta * factor * c["weight_decay"])
            if c["optimiser"] == "adam":
                m, v = self.moments[i]
                m.lerp_(g, 0.1)
                v.lerp_(g * g, 0.001)
                g = m / (v.sqrt() + 1e-8)
            p.sub_(g * (eta * factor))

    @torch.no_grad()
    def validate(self, weights=None):
        kept = [p.detach().clone() for p in self.weights] if weights else []
        for p, q in zip(self.weights, weights or []):
            p.copy_(q)
        x, y = self.valid
        state, total = torch.zeros(x.shape[0], self.c["hidden"], device=DEVICE), 0.0
        for i in range(0, x.shape[1], 64):
            h, state = self.hidden(x[:, i:i + 64], state, False)
            total += float(self.loss_sum(h.reshape(-1, self.c["hidden"]), y[:, i:i + 64].reshape(-1)))
        for p, q in zip(self.weights, kept):
            p.copy_(q)
        return total / y.numel()

    def go_on(self, steps=50):
        """Some steps, and the epoch's end where it is reached; false when the run is over."""
        with torch.cuda.stream(self.stream) if GPU else contextlib.nullcontext():
            for _ in range(min(steps, self.steps - self.done)):
                self.graph.replay() if GPU else self.step()
            self.done = min(self.steps, self.done + steps)
            return self.done < self.steps or self.end_epoch()

    def end_epoch(self):
        c, valid = self.c, self.validate()
        perplexity = lambda nll: round(math.exp(min(20.0, nll)), 2)
        self.epoch += 1
        line = dict(name=c["name"], epoch=self.epoch, rate=self.rate, train=perplexity(float(self.loss) / self.steps),
                    valid=perplexity(valid), seconds=round(time.time() - self.begun))
        if c["average_from"] and self.epoch >= c["average_from"]:
            line["valid_averaged"] = perplexity(self.validate(self.mean))
        print(json.dumps(line), flush=True)
        enough = c["plateau_threshold"] * self.best if self.best < math.inf else 0.0
        if not valid < self.best - enough:
            self.rate *= c["plateau_factor"]
        self.best = min(self.best, valid)
        self.begin_epoch()
        return self.epoch < c["epochs"] and self.rate >= c["smallest_rate"] and math.isfinite(valid)


def main():
    torch.backends.cuda.matmul.allow_tf32 = True
    texts, vocabulary = read_texts(sys.argv[1])
    end = time.time() + float(sys.argv[2])
    runs = [Run(json.loads(line), texts, vocabulary) for line in sys.stdin if line.strip()]
    while runs and time.time() < end:
        runs = [run for run in runs if run.go_on()]


main()
