// SPDX-License-Identifier: Apache-2.0
//
// RECTUNE_WIDE before a function compiles it a second time, for processors with AVX2, eight lanes
// wide; which one runs is decided when the program starts. Without contraction to fused operations
// both give the same bits. Nothing under clang or sanitizers, which have no such choice here.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define RECTUNE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define RECTUNE_WIDE
#endif
