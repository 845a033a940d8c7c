# The scene model on one page: one transformer over scene tokens. A token is a road user × a chunk of half a second;
# all tokens of a chunk are denoised together, given the past, the road, the lights and what is commanded.
# B scenes, T chunks, N road users, D width, H heads, C conditioning.
#
# After X-World (rectified flow in chunks, rolling key-value window, adaLN-Zero), X-Foresight (the ego's action in the
# same token space) and diffusion forcing (Chen et al. 2024: each chunk has a noise level of its own).

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, silu

from mkdocs_worldmodel.model.features import OWN, PATH, POSE
from mkdocs_worldmodel.model.kinematics import TOKEN

PAIR = 35
"""Numbers that describe a neighbour."""
_FAR = 1e4
_START, _SPACING = float(PATH[0]), float(PATH[1] - PATH[0])


@dataclass(frozen=True, slots=True)
class Size:
    """How large the network is."""

    width: int = 160
    blocks: int = 8
    heads: int = 5
    conditioning: int = 128
    pair: int = 64
    window: int = 12
    """Chunks that a token sees, its own among them."""

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


TINY = Size(width=64, blocks=4, heads=4, conditioning=64, pair=32)
"""For studies that train many models."""


class Seen(NamedTuple):
    """A chunk's road and neighbours, embedded once for all denoising steps."""

    token: Tensor
    """(B, T, N, D)"""
    bias: Tensor
    """(B, T, A, H, N, N) of the attention over road users, for each of A blocks; -1e4 where nobody is"""


class Window(NamedTuple):
    """Keys and values of past chunks, for each of A blocks with attention over time."""

    key: Sequence[Tensor] | Tensor
    """(A, B, N, H, W, D/H) or A times (B, N, H, W, D/H), the oldest chunk first"""
    value: Sequence[Tensor] | Tensor
    known: Tensor
    """(W,) 1 where there was such a chunk"""


Past = tuple[Tensor, Tensor, Tensor]
"""Key, value of a block, known."""


class SceneModel(nn.Module):
    """Velocity of the flow from noise to the next controls of everybody."""

    def __init__(self, size: Size = Size()) -> None:
        super().__init__()
        self.size = size
        d, c, p = size.width, size.conditioning, size.pair
        pairs_of_blocks = size.blocks // 2
        self.own = nn.Sequential(nn.Linear(OWN, 2 * d), nn.SiLU(), nn.Linear(2 * d, d))
        self.pair = nn.Sequential(nn.Linear(PAIR, p), nn.SiLU(), nn.Linear(p, p), nn.SiLU())
        self.pooled = nn.Linear(2 * p, d)
        self.bias = nn.Linear(p, pairs_of_blocks * size.heads)
        self.noisy = nn.Linear(TOKEN, d)
        self.commanded = nn.Parameter(torch.zeros(d))
        self.time = nn.Sequential(nn.Linear(64, c), nn.SiLU(), nn.Linear(c, c))
        self.action = nn.Sequential(nn.Linear(TOKEN + 1, c), nn.SiLU(), nn.Linear(c, c))
        self.blocks = nn.ModuleList(Block(size, over_time=bool(i % 2)) for i in range(size.blocks))
        self.last = nn.Linear(c, 2 * d)
        self.out = nn.Linear(d, TOKEN)
        for zero in (self.last, self.out):  # training starts as the identity: no action, no change
            nn.init.zeros_(zero.weight)
            nn.init.zeros_(zero.bias)

    def see(self, own: Tensor, pose: Tensor, path: Tensor, conflict: Tensor) -> Seen:
        """Embed what `features.observe` says of chunks: (B, T, N, …)."""
        with torch.autocast(own.device.type, enabled=False):
            features = pair_features(pose, path, conflict)  # (B, T, N, N, PAIR)
        present = pose[..., -1]  # (B, T, N)
        n = present.shape[-1]
        other = present[..., None, :] * (1.0 - torch.eye(n, device=pose.device))  # (B, T, N, N)
        pair = self.pair(features)  # (B, T, N, N, P)
        seen = other[..., None]
        mean = (pair * seen).sum(-2) / seen.sum(-2).clamp(min=1.0)  # (B, T, N, P)
        most = torch.where(seen > 0.5, pair, -20.0).amax(-2).clamp(min=-1.0)  # (B, T, N, P)
        token = self.own(own) + self.pooled(torch.cat([mean, most], -1))  # (B, T, N, D)
        b, t = pose.shape[:2]
        bias = self.bias(pair).view(b, t, n, n, -1, self.size.heads).permute(0, 1, 4, 5, 2, 3)  # (B, T, A, H, N, N)
        return Seen(token, bias + (present[:, :, None, None, None, :] - 1.0) * _FAR)

    def condition(self, flow_time: Tensor, action: Tensor) -> Tensor:
        """Conditioning (B, T, C) of the flow's time (B, T) and the ego's commanded token and its flag (B, T, 11)."""
        frequency = torch.exp(torch.linspace(0.0, 6.0, 32, device=flow_time.device))
        phase = flow_time[..., None] * frequency  # (B, T, 32)
        c = self.time(torch.cat([phase.sin(), phase.cos()], -1)) + self.action(action) * action[..., -1:]
        return silu(c)

    def forward(
        self, seen: Seen, token: Tensor, commanded: Tensor, flow_time: Tensor, action: Tensor,
        window: Window | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
        """One pass over T chunks.

        Args:
            seen: from `see`
            token: (B, T, N, 10) noisy, or clean where commanded
            commanded: (B, T, N) 1 where a token is given instead of generated
            flow_time: (B, T) 0 noise … 1 data
            action: (B, T, 11) the ego's token and 1, or zeros where it is not commanded
            window: keys and values of the chunks before; None: these T chunks are all there is

        Returns:
            velocity (B, T, N, 10), keys and values of these chunks (A, B, N, H, T, D/H) each
        """
        x = seen.token + self.noisy(token) + commanded[..., None] * self.commanded  # (B, T, N, D)
        c = self.condition(flow_time, action)  # (B, T, C)
        keys, values = [], []
        for i, block in enumerate(self.blocks):
            assert isinstance(block, Block)
            if i % 2:
                past = None if window is None else (window.key[i // 2], window.value[i // 2], window.known)
                x, (k, v) = block.through_time(x, c, past)
                keys.append(k)
                values.append(v)
            else:
                x = block.among_users(x, c, seen.bias[:, :, i // 2])
        shift, scale = self.last(c)[:, :, None].chunk(2, -1)  # (B, T, 1, D)
        velocity = self.out(norm(x) * (1.0 + scale) + shift)  # (B, T, N, 10)
        return velocity, torch.stack(keys), torch.stack(values)


class Block(nn.Module):
    """Attention (over road users of a chunk, or over a road user's chunks) and MLP, each modulated (adaLN-Zero)."""

    def __init__(self, size: Size, *, over_time: bool) -> None:
        super().__init__()
        d = size.width
        self.heads, self.window = size.heads, size.window
        self.qkv, self.project = nn.Linear(d, 3 * d, bias=False), nn.Linear(d, d, bias=False)
        self.wide, self.narrow = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        self.q_scale = nn.Parameter(torch.ones(d // size.heads))
        self.k_scale = nn.Parameter(torch.ones(d // size.heads))
        self.modulation = nn.Linear(size.conditioning, 6 * d)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)
        if over_time:
            self.distance = nn.Parameter(torch.zeros(size.heads, size.window))  # bias by chunks back

    def _heads(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).unbind(-3)  # (B, T, N, H, D/H) each
        return norm(q) * self.q_scale, norm(k) * self.k_scale, v

    def among_users(self, x: Tensor, c: Tensor, bias: Tensor) -> Tensor:
        """Attend in x (B, T, N, D) by bias (B, T, H, N, N), modulated by c (B, T, C)."""
        a1, b1, g1, a2, b2, g2 = self.modulation(c)[:, :, None].chunk(6, -1)  # (B, T, 1, D) each
        q, k, v = (each.transpose(2, 3) for each in self._heads(norm(x) * (1.0 + a1) + b1))  # (B, T, H, N, D/H)
        weight = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + bias).softmax(-1)  # (B, T, H, N, N)
        mixed = (weight @ v).transpose(2, 3).flatten(-2)  # (B, T, N, D)
        x = x + g1 * self.project(mixed)
        out: Tensor = x + g2 * self._mlp(norm(x) * (1.0 + a2) + b2)
        return out

    def through_time(self, x: Tensor, c: Tensor, past: Past | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Likewise over time; also keys and values of these chunks (B, N, H, T, D/H)."""
        a1, b1, g1, a2, b2, g2 = self.modulation(c)[:, :, None].chunk(6, -1)
        q, k, v = (each.permute(0, 2, 3, 1, 4) for each in self._heads(norm(x) * (1.0 + a1) + b1))  # (B, N, H, T, D/H)
        score = self._score(q, k, 0)  # (B, N, H, T, T)
        if past is None:
            mixed = score.softmax(-1) @ v  # (B, N, H, T, D/H)
        else:  # keys and values of the past are many: nothing is copied that need not be
            old_key, old_value, known = past
            old = self._score(q, old_key, old_key.shape[-2]) + (known - 1.0) * _FAR  # (B, N, H, T, W)
            weight = torch.cat([old, score], -1).softmax(-1)
            w = old.shape[-1]
            mixed = weight[..., :w] @ old_value + weight[..., w:] @ v
        x = x + g1 * self.project(mixed.permute(0, 3, 1, 2, 4).flatten(-2))
        return x + g2 * self._mlp(norm(x) * (1.0 + a2) + b2), (k, v)

    def _score(self, q: Tensor, k: Tensor, before: int) -> Tensor:
        """Logits (B, N, H, T, K) of q's T chunks for k's K chunks, of which so many lie before the first of q's."""
        back = self._chunks_back(q.shape[-2], k.shape[-2], before, q.device)  # (T, K)
        allowed = (back >= 0) & (back < self.window)
        bias = torch.where(allowed, self.distance[:, back.clamp(0, self.window - 1)], -_FAR)  # (H, T, K)
        out: Tensor = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + bias
        return out

    @staticmethod
    def _chunks_back(new: int, known: int, before: int, device: torch.device) -> Tensor:
        return torch.arange(before, before + new, device=device)[:, None] - torch.arange(known, device=device)

    def _mlp(self, x: Tensor) -> Tensor:
        out: Tensor = self.narrow(gelu(self.wide(x), approximate="tanh"))
        return out


def norm(x: Tensor) -> Tensor:
    """Root-mean-square norm over the last axis."""
    y = x.float()
    return (y * torch.rsqrt(y.square().mean(-1, keepdim=True) + 1e-6)).to(x.dtype)


def asinh(x: Tensor) -> Tensor:
    """Inverse hyperbolic sine, of operators that ONNX has."""
    return x.sign() * torch.log(x.abs() + torch.sqrt(x.square() + 1.0))


def pair_features(pose: Tensor, path: Tensor, conflict: Tensor) -> Tensor:
    """What each road user i sees of each other j, (…, N, N, PAIR), from poses, i's path and where their ways meet.

    Args:
        pose: (…, N, 13), see `features.Observation`
        path: (…, N, P, 5)
        conflict: (…, N, N, 4)
    """
    x, y, cos, sin, v, acceleration, length, width, front, walker, thing, follows, _ = pose.unbind(-1)  # (…, N) each
    i, j = (..., slice(None), None), (..., None, slice(None))
    dx, dy = x[j] - x[i], y[j] - y[i]  # (…, N, N)
    ahead, aside = dx * cos[i] + dy * sin[i], dy * cos[i] - dx * sin[i]
    cos_d, sin_d = cos[i] * cos[j] + sin[i] * sin[j], cos[i] * sin[j] - sin[i] * cos[j]
    apart = torch.sqrt(dx.square() + dy.square() + 1e-3)

    # where j is along i's path: from the nearest of its points, along the arc that begins there
    px, py, pc, ps, bend = path.unbind(-1)  # (…, N, P)
    to_x, to_y = x[..., None, :, None] - px[..., :, None, :], y[..., None, :, None] - py[..., :, None, :]
    square = to_x.square() + to_y.square()  # (…, N, N, P)
    nearest = square.argmin(-1)  # (…, N, N)
    nx, ny, nc, ns, k = (each.gather(-1, nearest) for each in (px, py, pc, ps, bend))
    ex, ey = x[j] - nx, y[j] - ny
    forward, left = ex * nc + ey * ns, ey * nc - ex * ns
    turned = torch.atan2(k * forward, 1.0 - k * left)
    bent = k.abs() > 1e-3
    safe = torch.where(bent, k, torch.ones_like(k))
    radius = 1.0 / safe - left
    arc = torch.where(bent, turned / safe, forward)
    across = torch.where(bent, 1.0 / safe - safe.sign() * torch.sqrt(radius.square() + forward.square()), left)
    along = nearest.to(x.dtype) * _SPACING + _START + arc
    along = along - along.diagonal(dim1=-2, dim2=-1)[..., None]  # points lie at whole metres, road users between them
    c_there, s_there = torch.where(bent, turned.cos(), 1.0), torch.where(bent, turned.sin(), 0.0)
    path_cos, path_sin = nc * c_there - ns * s_there, ns * c_there + nc * s_there
    cos_p = cos[j] * path_cos + sin[j] * path_sin
    sin_p = sin[j] * path_cos - cos[j] * path_sin
    near = torch.where(cos_p > 0.0, length[j] - front[j], front[j])  # from j's reference point towards i
    gap = along - front[i] - near
    closing = v[i] - v[j] * cos_p
    room = across.abs() - 0.5 * (width[i] + width[j])
    in_way = torch.sigmoid(-3.0 * room) * (gap > -length[i] - length[j])

    meets = (conflict[..., 0].abs() < 300.0) & (conflict[..., 0] > -15.0)
    mine, other = conflict[..., 0].clamp(-300.0, 300.0), conflict[..., 1].clamp(-300.0, 300.0)
    t_mine, t_other = mine / v[i].clamp(min=1.0), other / v[j].clamp(min=1.0)
    m = meets.to(x.dtype)
    every = [
        asinh(ahead / 10.0), asinh(aside / 4.0), cos_d, sin_d,
        (v[j] * cos_d - v[i]) / 10.0, v[j] * sin_d / 5.0, torch.exp(-apart / 20.0),
        asinh(gap / 5.0), (across / 2.0).clamp(-4.0, 4.0), sin_p, cos_p, in_way,
        in_way * torch.exp(-gap.clamp(min=0.0) / 15.0), (gap / v[i].clamp(min=1.0)).clamp(-2.0, 6.0) / 3.0,
        closing / 10.0, in_way * (closing / gap.clamp(min=1.0)).clamp(-0.5, 2.0),
        v[j] * sin_p / 3.0, (across * v[j] * sin_p / 3.0).clamp(-3.0, 3.0),
        acceleration[j] / 2.0, v[j] / 10.0, length[j] / 5.0, width[j],
        walker[j], thing[j], follows[j],
        m, m * asinh(mine / 10.0), m * asinh(other / 10.0), m * torch.exp(-mine.abs() / 15.0),
        m * torch.exp(-other.abs() / 15.0), m * (t_mine - t_other).clamp(-6.0, 6.0) / 3.0,
        m * (other < -length[j]), m * conflict[..., 2], m * conflict[..., 3],
        m * (t_mine.clamp(max=12.0) / 6.0),
    ]  # fmt: skip
    return torch.stack([each.expand_as(dx) for each in every], -1)


assert POSE == 13
