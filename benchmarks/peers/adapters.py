# SPDX-License-Identifier: Apache-2.0
"""Other libraries behind one interface, each with its own defaults: ask() gives a point in native
units, tell(point, value) minimises. The start is told first, as production is to our tuners. A
library is imported when its adapter is made, so that those which are not installed are left out by
name, not by accident."""


class OptunaTpe:
    def __init__(self, bounds, seed, budget, noise):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.optuna = optuna
        self.distributions = {
            f"x{i}": optuna.distributions.FloatDistribution(low, high)
            for i, (low, high) in enumerate(bounds)
        }
        self.study = optuna.create_study(sampler=self.sampler(seed, noise))
        self.trial = None

    def sampler(self, seed, noise):
        return self.optuna.samplers.TPESampler(seed=seed)

    def ask(self):
        self.trial = self.study.ask(self.distributions)
        return [self.trial.params[f"x{i}"] for i in range(len(self.distributions))]

    def tell(self, point, value):
        if self.trial is None:
            params = {f"x{i}": v for i, v in enumerate(point)}
            self.study.add_trial(
                self.optuna.trial.create_trial(
                    params=params, distributions=self.distributions, value=value
                )
            )
        else:
            self.study.tell(self.trial, value)


class OptunaGp(OptunaTpe):
    def sampler(self, seed, noise):
        return self.optuna.samplers.GPSampler(seed=seed, deterministic_objective=noise == 0)


class Cmaes:
    """From the start with sigma of a sixth of the range, as our cma_es."""

    def __init__(self, bounds, seed, budget, noise):
        import cmaes
        import numpy

        self.cmaes, self.numpy, self.bounds, self.seed = cmaes, numpy, bounds, seed
        self.optimizer = None
        self.told = []

    def unit(self, point):
        return self.numpy.array([(v - a) / (b - a) for v, (a, b) in zip(point, self.bounds)])

    def ask(self):
        unit = self.optimizer.ask()
        return [a + float(u) * (b - a) for u, (a, b) in zip(unit, self.bounds)]

    def tell(self, point, value):
        if self.optimizer is None:
            self.optimizer = self.cmaes.CMA(
                mean=self.unit(point),
                sigma=1 / 6,
                bounds=self.numpy.array([[0.0, 1.0]] * len(self.bounds)),
                seed=self.seed,
            )
            return
        self.told.append((self.unit(point), value))
        if len(self.told) == self.optimizer.population_size:
            self.optimizer.tell(self.told)
            self.told = []


class Pycma(Cmaes):
    def __init__(self, bounds, seed, budget, noise):
        import cma
        import numpy

        self.cma, self.numpy, self.bounds, self.seed = cma, numpy, bounds, seed
        self.optimizer = None
        self.queue, self.told = [], []

    def ask(self):
        if not self.queue:
            self.queue = list(self.optimizer.ask())
        self.current = self.queue.pop(0)
        return [a + float(u) * (b - a) for u, (a, b) in zip(self.current, self.bounds)]

    def tell(self, point, value):
        if self.optimizer is None:
            options = {"bounds": [0, 1], "seed": self.seed, "verbose": -9}
            self.optimizer = self.cma.CMAEvolutionStrategy(self.unit(point), 1 / 6, options)
            return
        self.told.append((self.current, value))
        if len(self.told) == self.optimizer.popsize:
            self.optimizer.tell(*map(list, zip(*self.told)))
            self.told = []


class Botorch:
    """SingleTaskGP with its default priors and qLogNoisyExpectedImprovement, after ten random
    points, as its tutorials do."""

    STARTUP = 10

    def __init__(self, bounds, seed, budget, noise):
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(seed)
        self.torch, self.bounds = torch, bounds
        self.points, self.values = [], []

    def ask(self):
        torch = self.torch
        dimension = len(self.bounds)
        if len(self.values) < self.STARTUP:
            unit = torch.rand(dimension, dtype=torch.double)
        else:
            from botorch.acquisition import qLogNoisyExpectedImprovement
            from botorch.fit import fit_gpytorch_mll
            from botorch.models import SingleTaskGP
            from botorch.optim import optimize_acqf
            from gpytorch.mlls import ExactMarginalLogLikelihood

            x = torch.tensor(self.points, dtype=torch.double)
            y = -torch.tensor(self.values, dtype=torch.double).unsqueeze(-1)
            model = SingleTaskGP(x, y)
            fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
            box = torch.tensor([[0.0] * dimension, [1.0] * dimension], dtype=torch.double)
            candidate, _ = optimize_acqf(
                qLogNoisyExpectedImprovement(model, X_baseline=x),
                bounds=box,
                q=1,
                num_restarts=10,
                raw_samples=512,
            )
            unit = candidate.squeeze(0)
        return [a + float(u) * (b - a) for u, (a, b) in zip(unit, self.bounds)]

    def tell(self, point, value):
        self.points.append([(v - a) / (b - a) for v, (a, b) in zip(point, self.bounds)])
        self.values.append(value)


class Smac3:
    """The facade for hyperparameter optimisation (a random forest), ask and tell."""

    def __init__(self, bounds, seed, budget, noise):
        import logging
        import tempfile

        from ConfigSpace import Configuration, ConfigurationSpace, Float
        from smac import HyperparameterOptimizationFacade, Scenario
        from smac.runhistory.dataclasses import TrialInfo, TrialValue

        logging.disable(logging.WARNING)
        self.Configuration, self.TrialInfo, self.TrialValue = Configuration, TrialInfo, TrialValue
        self.space = ConfigurationSpace(seed=seed)
        self.space.add([Float(f"x{i}", b) for i, b in enumerate(bounds)])
        self.folder = tempfile.TemporaryDirectory()
        scenario = Scenario(
            self.space,
            deterministic=True,
            n_trials=budget,
            seed=seed,
            output_directory=self.folder.name,
        )
        intensifier = HyperparameterOptimizationFacade.get_intensifier(
            scenario, max_config_calls=1
        )
        self.smac = HyperparameterOptimizationFacade(
            scenario, lambda config, seed=0: 0.0, intensifier=intensifier, overwrite=True
        )
        self.info = None

    def ask(self):
        self.info = self.smac.ask()
        return [float(self.info.config[f"x{i}"]) for i in range(len(self.space))]

    def tell(self, point, value):
        info = self.info
        if info is None:
            config = self.Configuration(self.space, {f"x{i}": v for i, v in enumerate(point)})
            info = self.TrialInfo(config=config, seed=0)
        self.smac.tell(info, self.TrialValue(cost=value, time=0.0))


class Nevergrad:
    """NGOpt, its hand-written selector, which is told the budget."""

    def __init__(self, bounds, seed, budget, noise):
        import nevergrad
        import numpy

        low, high = numpy.array(bounds).T
        array = nevergrad.p.Array(init=(low + high) / 2).set_bounds(low, high)
        array.random_state.seed(seed)
        self.optimizer = nevergrad.optimizers.NGOpt(array, budget=budget)
        self.candidate = None

    def ask(self):
        self.candidate = self.optimizer.ask()
        return [float(v) for v in self.candidate.value]

    def tell(self, point, value):
        candidate = self.candidate
        if candidate is None:
            import numpy

            candidate = self.optimizer.parametrization.spawn_child(new_value=numpy.array(point))
        self.optimizer.tell(candidate, value)


class Hebo:
    def __init__(self, bounds, seed, budget, noise):
        import numpy
        import pandas
        from pymoo.config import Config

        Config.warnings["not_compiled"] = False  # it would say so among our lines of JSON
        from hebo.design_space.design_space import DesignSpace
        from hebo.optimizers.hebo import HEBO

        self.numpy, self.pandas = numpy, pandas
        numpy.random.seed(seed)
        self.names = [f"x{i}" for i in range(len(bounds))]
        space = DesignSpace().parse(
            [
                {"name": n, "type": "num", "lb": low, "ub": high}
                for n, (low, high) in zip(self.names, bounds)
            ]
        )
        self.optimizer = HEBO(space, scramble_seed=seed)

    def ask(self):
        return [float(v) for v in self.optimizer.suggest().iloc[0][self.names]]

    def tell(self, point, value):
        frame = self.pandas.DataFrame([point], columns=self.names)
        self.optimizer.observe(frame, self.numpy.array([[value]]))


ADAPTERS = {
    ("optuna", "tpe"): OptunaTpe,
    ("optuna", "gp"): OptunaGp,
    ("cmaes", "cma_es"): Cmaes,
    ("pycma", "cma_es"): Pycma,
    ("botorch", "qlognei"): Botorch,
    ("smac3", "forest"): Smac3,
    ("nevergrad", "ngopt"): Nevergrad,
    ("hebo", "hebo"): Hebo,
}
