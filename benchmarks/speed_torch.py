"""The same games in PyTorch: trains a stretch for every line read, and prints its seconds.

    python benchmarks/speed_torch.py GAME BATCH_SIZE float32|bfloat16 eager|compiled

Each line on standard input is a number of steps. Compiled is `torch.compile` of both players; it
cannot differentiate twice, so that gradient penalties go through the player as it was.
"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional

GRADIENT_PENALTY, R1 = 10.0, 0.2


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


def dcgan(dropout=0.4, ending=nn.Sigmoid):
    # Padding 2 with output padding 1 gives the sizes of Keras's padding="same".
    generator = nn.Sequential(
        *(nn.Linear(100, 7 * 7 * 128), nn.Unflatten(1, (128, 7, 7)), nn.BatchNorm2d(128)),
        *(nn.ConvTranspose2d(128, 64, 5, 2, 2, 1), nn.SELU(), nn.BatchNorm2d(64)),
        *(nn.ConvTranspose2d(64, 1, 5, 2, 2, 1), nn.Tanh()),
    )
    discriminator = nn.Sequential(
        *(nn.Conv2d(1, 64, 5, 2, 2), nn.LeakyReLU(0.2), nn.Dropout(dropout)),
        *(nn.Conv2d(64, 128, 5, 2, 2), nn.LeakyReLU(0.2), nn.Dropout(dropout)),
        *(nn.Flatten(), nn.Linear(7 * 7 * 128, 1), ending()),
    )
    return generator, discriminator, 100, (1, 28, 28)


def wgan_gp():
    return dcgan(0.0, nn.Identity)


class Conv(nn.Module):
    """Equalized convolution, padded to keep the size, with leaky ReLU where asked."""

    def __init__(self, inputs, outputs, size=3, active=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale = (2 if active else 1) ** 0.5 / (inputs * size * size) ** 0.5
        self.padding, self.active = size // 2, active

    def forward(self, x):
        x = functional.conv2d(x, self.weight * self.scale, self.bias, padding=self.padding)
        return functional.leaky_relu(x, 0.2) if self.active else x


class Linear(nn.Module):
    """Equalized dense layer."""

    def __init__(self, inputs, outputs, gain, active=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale, self.active = gain / inputs**0.5, active

    def forward(self, x):
        x = functional.linear(x, self.weight * self.scale, self.bias)
        return functional.leaky_relu(x, 0.2) if self.active else x


class PixelNorm(nn.Module):
    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(dim=1, keepdim=True) + 1e-8)


class StdDev(nn.Module):
    """Minibatch standard deviation in groups of four."""

    def forward(self, x):
        groups = x.reshape(4, -1, *x.shape[1:])
        spread = (groups.var(dim=0, unbiased=False) + 1e-8).sqrt().mean(dim=(1, 2, 3))
        maps = spread.repeat(4)[:, None, None, None].expand(-1, 1, *x.shape[2:])
        return torch.cat([x, maps.to(x.dtype)], dim=1)


class GrownGenerator(nn.Module):
    """4 x 4 to 32 x 32, with the image of 16 x 16 still in the blend, as after a fade-in."""

    def __init__(self):
        super().__init__()
        norm, up = PixelNorm(), nn.Upsample(scale_factor=2)
        first = [norm, Linear(128, 1024, 2**0.5 / 4), nn.Unflatten(1, (64, 4, 4)), norm]
        self.to_16 = nn.Sequential(
            *(*first, Conv(64, 64), norm),
            *(up, Conv(64, 64), norm, Conv(64, 64), norm),
            *(up, Conv(64, 32), norm, Conv(32, 32), norm),
        )
        self.to_32 = nn.Sequential(up, Conv(32, 16), norm, Conv(16, 16), norm)
        self.image_16, self.image_32 = Conv(32, 1, 1, False), Conv(16, 1, 1, False)
        self.alpha = nn.Parameter(torch.tensor(1.0), requires_grad=False)

    def forward(self, latents):
        x = self.to_16(latents)
        old = functional.interpolate(self.image_16(x), scale_factor=2)
        return (1 - self.alpha) * old + self.alpha * self.image_32(self.to_32(x))


class GrownDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        down = nn.AvgPool2d(2)
        self.new = nn.Sequential(Conv(1, 16, 1), Conv(16, 16), Conv(16, 32), down)
        self.old = nn.Sequential(down, Conv(1, 32, 1))
        self.rest = nn.Sequential(
            *(Conv(32, 32), Conv(32, 64), down, Conv(64, 64), Conv(64, 64), down),
            *(StdDev(), Conv(65, 64), nn.Flatten(), Linear(1024, 64, 2**0.5, True)),
            Linear(64, 1, 1.0),
        )
        self.alpha = nn.Parameter(torch.tensor(1.0), requires_grad=False)

    def forward(self, images):
        blend = (1 - self.alpha) * self.old(images) + self.alpha * self.new(images)
        return self.rest(blend)


def progressive():
    return GrownGenerator(), GrownDiscriminator(), 128, (1, 32, 32)


# Name: players, updates of the discriminator, kind of loss.
GAMES = {
    "dense": (dense, 1, "lecture"),
    "DCGAN": (dcgan, 1, "lecture"),
    "WGAN-GP": (wgan_gp, 5, "wgan-gp"),
    "progressive": (progressive, 1, "r1"),
}


class Training:
    """Both phases of a game, in PyTorch's own manner."""

    def __init__(self, name, batch_size, precision, is_compiled):
        players, self.discriminator_steps, self.kind = GAMES[name]
        generator, self.plain, self.codings_size, shape = players()
        self.batch_size, self.precision = batch_size, precision
        trained = [list(filter(trains, player.parameters())) for player in (generator, self.plain)]
        self.optimizers = [self._optimizer(parameters) for parameters in trained]
        self.frozen = trained[1]
        self.generator, self.discriminator = generator, self.plain
        if is_compiled:
            self.generator, self.discriminator = map(torch.compile, (generator, self.plain))
        self.images = torch.rand(min(64, 2048 // batch_size), batch_size, *shape)
        self.labels = torch.cat([torch.zeros(batch_size, 1), torch.ones(batch_size, 1)])

    def _optimizer(self, parameters):
        if self.kind == "lecture":
            return torch.optim.RMSprop(parameters, lr=1e-3, alpha=0.9, eps=1e-7)
        return torch.optim.Adam(parameters, lr=1e-3, betas=(0.0, 0.99), eps=1e-7)

    def stretch(self, num_steps):
        start = time.perf_counter()
        for number in range(num_steps):
            for turn in range(self.discriminator_steps):
                self._train_discriminator(self.images[(number + turn) % len(self.images)])
            self._train_generator()
        return time.perf_counter() - start

    def _train_discriminator(self, real_images):
        with torch.no_grad(), self._autocast():
            # The lecture makes these images in inference mode.
            self.generator.train(self.kind != "lecture")
            fake_images = self.generator(self._latents()).float()
            self.generator.train()
        self.optimizers[1].zero_grad()
        with self._autocast():
            outputs = self.discriminator(torch.cat([fake_images, real_images])).float()
            penalty = self._penalty(real_images, fake_images)
        (self._discriminator_loss(outputs) + penalty).backward()
        self.optimizers[1].step()

    def _discriminator_loss(self, outputs):
        if self.kind == "lecture":
            return functional.binary_cross_entropy(outputs, self.labels)
        fake, real = outputs.split(self.batch_size)
        if self.kind == "wgan-gp":
            return fake.mean() - real.mean()
        return functional.softplus(fake).mean() + functional.softplus(-real).mean()

    def _penalty(self, real_images, fake_images):
        if self.kind == "lecture":
            return 0.0
        if self.kind == "wgan-gp":
            shares = torch.rand(self.batch_size, 1, 1, 1)
            real_images = shares * real_images + (1 - shares) * fake_images
        images = real_images.detach().requires_grad_(True)
        outputs = self.plain(images).float().sum()
        (gradients,) = torch.autograd.grad(outputs, images, create_graph=True)
        squares = gradients.float().square().sum(dim=(1, 2, 3))
        if self.kind == "wgan-gp":
            return GRADIENT_PENALTY * ((squares + 1e-12).sqrt() - 1).square().mean()
        return R1 / 2 * squares.mean()

    def _train_generator(self):
        for parameter in self.frozen:
            parameter.requires_grad_(False)
        self.optimizers[0].zero_grad()
        with self._autocast():
            outputs = self.discriminator(self.generator(self._latents())).float()
        if self.kind == "lecture":
            loss = functional.binary_cross_entropy(outputs, self.labels[self.batch_size :])
        elif self.kind == "wgan-gp":
            loss = -outputs.mean()
        else:
            loss = functional.softplus(-outputs).mean()
        loss.backward()
        self.optimizers[0].step()
        for parameter in self.frozen:
            parameter.requires_grad_(True)

    def _latents(self):
        return torch.randn(self.batch_size, self.codings_size)

    def _autocast(self):
        is_half = self.precision == "bfloat16"
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_half)


def trains(parameter):
    return parameter.requires_grad


def main(name, batch_size, precision, mode):
    training = Training(name, int(batch_size), precision, mode == "compiled")
    for line in sys.stdin:
        print(training.stretch(int(line)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
