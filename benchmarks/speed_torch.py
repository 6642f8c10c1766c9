"""PyTorch's eager loop with the lecture's nets; prints milliseconds for a step of both phases.

python benchmarks/speed_torch.py dense|dcgan NUM_STEPS
"""

import sys
import time

import torch
from torch import nn

BATCH_SIZE = 32


def dense():
    generator = nn.Sequential(
        *(nn.Linear(30, 100), nn.SELU(), nn.Linear(100, 150), nn.SELU()),
        *(nn.Linear(150, 784), nn.Sigmoid(), nn.Unflatten(1, (28, 28))),
    )
    discriminator = nn.Sequential(
        *(nn.Flatten(), nn.Linear(784, 150), nn.SELU(), nn.Linear(150, 100), nn.SELU()),
        *(nn.Linear(100, 1), nn.Sigmoid()),
    )
    return generator, discriminator, 30, (28, 28)


def dcgan():
    # Padding 2 with output padding 1 gives the sizes of Keras's padding="same".
    generator = nn.Sequential(
        *(nn.Linear(100, 7 * 7 * 128), nn.Unflatten(1, (128, 7, 7)), nn.BatchNorm2d(128)),
        *(nn.ConvTranspose2d(128, 64, 5, 2, 2, 1), nn.SELU(), nn.BatchNorm2d(64)),
        *(nn.ConvTranspose2d(64, 1, 5, 2, 2, 1), nn.Tanh()),
    )
    discriminator = nn.Sequential(
        *(nn.Conv2d(1, 64, 5, 2, 2), nn.LeakyReLU(0.2), nn.Dropout(0.4)),
        *(nn.Conv2d(64, 128, 5, 2, 2), nn.LeakyReLU(0.2), nn.Dropout(0.4)),
        *(nn.Flatten(), nn.Linear(7 * 7 * 128, 1), nn.Sigmoid()),
    )
    return generator, discriminator, 100, (1, 28, 28)


def step(generator, discriminator, codings_size, real_images, optimizers, labels):
    """The lecture's two phases."""
    loss = nn.functional.binary_cross_entropy
    with torch.no_grad():
        generator.eval()
        fake_images = generator(torch.randn(BATCH_SIZE, codings_size))
        generator.train()
    optimizers[1].zero_grad()
    loss(discriminator(torch.cat([fake_images, real_images])), labels).backward()
    optimizers[1].step()
    for parameter in discriminator.parameters():
        parameter.requires_grad_(False)
    optimizers[0].zero_grad()
    predictions = discriminator(generator(torch.randn(BATCH_SIZE, codings_size)))
    loss(predictions, labels[BATCH_SIZE:]).backward()
    optimizers[0].step()
    for parameter in discriminator.parameters():
        parameter.requires_grad_(True)


def main(name, num_steps):
    """Trains a few steps to warm up, then takes the time of `num_steps`."""
    generator, discriminator, codings_size, shape = {"dense": dense, "dcgan": dcgan}[name]()
    optimizers = [
        torch.optim.RMSprop(player.parameters(), lr=1e-3, alpha=0.9, eps=1e-7)
        for player in (generator, discriminator)
    ]
    labels = torch.cat([torch.zeros(BATCH_SIZE, 1), torch.ones(BATCH_SIZE, 1)])
    images = torch.rand(64, BATCH_SIZE, *shape)
    for number in range(10 + num_steps):
        if number == 10:
            start = time.perf_counter()
        real_images = images[number % len(images)]
        step(generator, discriminator, codings_size, real_images, optimizers, labels)
    print(1e3 * (time.perf_counter() - start) / num_steps)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
