"""The default Crocodile in plain PyTorch: predict, then train, over impressions in memory, on the CPU or a GPU.

What a good loop in Python does: one table for all embedding sets, sparse gradients with Adagrad for it, experts in one
batched product, fused Adam for the dense weights. It has no log, no state to restore, no new or leaving ids and no checks
for numbers that are not finite. On a GPU all weights live there, a batch goes there as ids, and its scores come back. Prints impressions a second, the time on a core that one takes, which other work on the machine changes less, and the mean log loss of the
scores.
"""

import argparse
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

FEATURES, DOMAINS, SETS, DIMENSION = 20, 5, 5, 16
EXPERTS, TOWER = [256, 128, 64], [32]
PRIOR = [0, 1, 2]
COVARIANCE_WEIGHT = 2.0e-5


def uniform(*shape, fan_in):
    bound = fan_in**-0.5
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))


class Crocodile(nn.Module):
    def __init__(self, ids):
        super().__init__()
        self.rows = nn.Embedding(ids, SETS * DIMENSION, sparse=True)
        self.prior = nn.Embedding(ids, DIMENSION, sparse=True)
        for table in (self.rows, self.prior):
            nn.init.uniform_(table.weight, -0.05, 0.05)
        widths = [FEATURES * DIMENSION] + EXPERTS
        self.weights = nn.ParameterList(uniform(SETS, i, o, fan_in=i) for i, o in zip(widths, EXPERTS))
        self.biases = nn.ParameterList(uniform(SETS, 1, o, fan_in=i) for i, o in zip(widths, EXPERTS))
        prior_width = len(PRIOR) * DIMENSION
        self.gates = nn.ParameterList(uniform(prior_width, SETS * EXPERTS[-1], fan_in=prior_width) for _ in range(DOMAINS))
        self.towers = nn.ModuleList(
            nn.Sequential(nn.Linear(EXPERTS[-1], TOWER[0]), nn.ReLU(), nn.Linear(TOWER[0], 1)) for _ in range(DOMAINS)
        )

    def dense(self):
        return [p for name, p in self.named_parameters() if not name.startswith(("rows", "prior"))]

    def forward(self, ids, counts):
        """ids [batch, features], sorted by domain; counts: samples of each domain. Logits [batch], penalty."""
        batch = len(ids)
        hidden = self.rows(ids).view(batch, FEATURES, SETS, DIMENSION).permute(2, 0, 1, 3).reshape(SETS, batch, -1)
        for weight, bias in zip(self.weights, self.biases):
            hidden = torch.relu(torch.baddbmm(bias, hidden, weight))
        prior = self.prior(ids[:, PRIOR]).view(batch, -1)
        logits = []
        for domain, (r, o) in enumerate(zip(prior.split(counts), hidden.split(counts, dim=1))):
            if len(r) > 0:
                gate = torch.softmax((r @ self.gates[domain]).view(-1, SETS, EXPERTS[-1]), dim=1)
                logits.append(self.towers[domain]((gate * o.transpose(0, 1)).sum(1)))
        return torch.cat(logits).squeeze(1), COVARIANCE_WEIGHT * covariance_loss(hidden)


def covariance_loss(outputs):
    """Crocodile, Eq. 6, as one Gram matrix of which the experts' own blocks do not count."""
    experts, batch, width = outputs.shape
    centered = (outputs - outputs.mean(1, keepdim=True)).transpose(0, 1).reshape(batch, -1)
    gram = (centered.t() @ centered).abs().view(experts, width, experts, width)
    return (gram.sum() - gram.diagonal(dim1=0, dim2=2).sum()) / (2 * width * width)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("impressions", help="the file of PreparedStream")
    arguments.add_argument("--batch", type=int, default=1024)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--warm-up", type=int, default=200)
    arguments.add_argument("--batches", type=int, help="all in all, from the log's start again after its end; default: the log once")
    arguments.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    options = arguments.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    log = numpy.fromfile(options.impressions, dtype=">i4").reshape(-1, 2 + FEATURES).astype(numpy.int64)
    steps = len(log) // options.batch if options.batches is None else options.batches
    if steps <= options.warm_up:
        arguments.error(f"--batches: {steps} (default: all of the log), expected more than --warm-up {options.warm_up}")
    # Each feature's ids after those of the features before it.
    sizes = log[:, 2:].max(axis=0) + 1
    log[:, 2:] += numpy.concatenate([[0], numpy.cumsum(sizes)[:-1]])
    log = torch.from_numpy(log)

    device = torch.device(options.device)
    model = Crocodile(int(sizes.sum())).to(device)
    row_optimizer = torch.optim.Adagrad(
        [model.rows.weight, model.prior.weight], lr=0.05, initial_accumulator_value=0.1
    )
    dense_optimizer = torch.optim.Adam(model.dense(), lr=0.001, fused=True)
    loss_sum = torch.zeros((), device=device)
    start = busy = 0.0
    for step in range(steps):
        if step == options.warm_up:
            start, busy = time.perf_counter(), time.process_time()
        first = step * options.batch % (len(log) - options.batch + 1)
        rows = log[first : first + options.batch]
        rows = rows[torch.argsort(rows[:, 0], stable=True)]
        counts = torch.bincount(rows[:, 0], minlength=DOMAINS)
        # Each domain's mean counts the same.
        weights = (1.0 / counts.clamp(min=1))[rows[:, 0]].to(device)
        rows = rows.to(device)
        labels, ids = rows[:, 1].float(), rows[:, 2:]
        logits, penalty = model(ids, counts.tolist())
        loss = functional.binary_cross_entropy_with_logits(logits, labels, weight=weights, reduction="sum")
        row_optimizer.zero_grad()
        dense_optimizer.zero_grad()
        (loss + penalty).backward()
        row_optimizer.step()
        dense_optimizer.step()
        scores = torch.sigmoid(logits.detach())
        if step >= options.warm_up:
            loss_sum += functional.binary_cross_entropy(scores, labels)
        scores.cpu()  # Somebody is to have them; on a GPU it waits for the step.
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    measured = steps - options.warm_up
    print(
        "batch %d, %d threads: %.0f impressions/s, %.1f us of a core each, log loss %.4f, %d dense weights"
        % (
            options.batch,
            options.threads,
            measured * options.batch / seconds,
            busy / (measured * options.batch) * 1e6,
            loss_sum.item() / measured,
            sum(p.numel() for p in model.dense()),
        )
    )


if __name__ == "__main__":
    main()
