# SPDX-License-Identifier: Apache-2.0
"""llama.cpp's server on the loopback address, until it is told to end. Started by tools/local-model.

    python local_model_server.py MODEL.gguf --alias NAME --port 8080 --threads 1 --context 8192
"""

import argparse
import os
import signal

import xllamacpp


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--alias", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--context", type=int, required=True)
    arguments = parser.parse_args()
    # The library's own shutdown waits for requests under way; nobody needs their answers.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

    params = xllamacpp.CommonParams()
    params.model.path = arguments.model
    # Otherwise the server names the model by its path, which is nobody's business.
    params.model_alias = {arguments.alias}
    params.hostnames = ["127.0.0.1"] if isinstance(params.hostnames, list) else "127.0.0.1"
    params.port = arguments.port
    params.n_ctx = arguments.context
    params.n_parallel = 1
    params.cpuparams.n_threads = arguments.threads
    params.cpuparams_batch.n_threads = arguments.threads
    server = xllamacpp.Server(params)
    print(f"listening on {server.listening_address}", flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
