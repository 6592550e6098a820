// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/dense.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/check.h"

// One binary for every machine: the loader picks the widest version that the processor has. Not
// under sanitizers, which instrument the picker before they are ready for it.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define RECTUNE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RECTUNE_CLONES
#endif
#define RECTUNE_INLINE __attribute__((always_inline)) inline

namespace rectune::baselines {
namespace {

// Eight lanes in whatever registers there are; elementwise arithmetic only.
using Lanes = double __attribute__((vector_size(64), aligned(8), may_alias));

constexpr std::size_t kBlock = 24;  // rows of a panel: a multiple of kLanes and of a tile's rows
constexpr std::size_t kChunk = 32;  // columns at a time where a triangle can be skipped

std::size_t RoundUp(std::size_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

// Six rows: with AVX2 twelve registers of sums, two of b and one of a, which is all there are.
RECTUNE_INLINE void AddTile6(double sign, const double* a, std::size_t a_stride, const double* b,
                             std::size_t b_stride, double* c, std::size_t c_stride,
                             std::size_t depth) {
  Lanes s0{};
  Lanes s1{};
  Lanes s2{};
  Lanes s3{};
  Lanes s4{};
  Lanes s5{};
  for (std::size_t p = 0; p < depth; ++p) {
    const Lanes v = *reinterpret_cast<const Lanes*>(b + p * b_stride);
    const double* left = a + p * a_stride;
    s0 += left[0] * v;
    s1 += left[1] * v;
    s2 += left[2] * v;
    s3 += left[3] * v;
    s4 += left[4] * v;
    s5 += left[5] * v;
  }
  *reinterpret_cast<Lanes*>(c) += sign * s0;
  *reinterpret_cast<Lanes*>(c + c_stride) += sign * s1;
  *reinterpret_cast<Lanes*>(c + 2 * c_stride) += sign * s2;
  *reinterpret_cast<Lanes*>(c + 3 * c_stride) += sign * s3;
  *reinterpret_cast<Lanes*>(c + 4 * c_stride) += sign * s4;
  *reinterpret_cast<Lanes*>(c + 5 * c_stride) += sign * s5;
}

RECTUNE_INLINE void AddTile1(double sign, const double* a, std::size_t a_stride, const double* b,
                             std::size_t b_stride, double* c, std::size_t depth) {
  Lanes s0{};
  for (std::size_t p = 0; p < depth; ++p) {
    s0 += a[p * a_stride] * *reinterpret_cast<const Lanes*>(b + p * b_stride);
  }
  *reinterpret_cast<Lanes*>(c) += sign * s0;
}

// NOLINTNEXTLINE(readability-function-size): three matrices with their strides, as in BLAS
RECTUNE_INLINE void AddProductInline(double sign, const double* a, std::size_t a_stride,
                                     const double* b, std::size_t b_stride, double* c,
                                     std::size_t c_stride, std::size_t rows, std::size_t cols,
                                     std::size_t depth) {
  for (std::size_t j = 0; j < cols; j += kLanes) {
    std::size_t i = 0;
    for (; i + 6 <= rows; i += 6) {
      AddTile6(sign, a + i, a_stride, b + j, b_stride, c + i * c_stride + j, c_stride, depth);
    }
    for (; i < rows; ++i) {
      AddTile1(sign, a + i, a_stride, b + j, b_stride, c + i * c_stride + j, depth);
    }
  }
}

RECTUNE_INLINE double SumLanes(const Lanes& lanes) {
  double total = 0.0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) total += lanes[lane];
  return total;
}

// exp for arguments at most 0, to about an ulp: x = k ln 2 + r with k from the rounding trick, a
// Taylor polynomial in r (|r| < 0.35, so r^14 / 14! < 1e-17), and k put into the exponent. Written
// out because a call to the library's exp cannot be vectorised.
RECTUNE_INLINE double ExpOfNonPositive(double x) {
  constexpr double kShift = 0x1.8p52;
  const double bounded = x < -700.0 ? -700.0 : x;
  const double shifted = bounded * 1.4426950408889634 + kShift;
  const double k = shifted - kShift;
  const double r = (bounded - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  const std::uint64_t power =
      (std::bit_cast<std::uint64_t>(shifted) << 52) + std::bit_cast<std::uint64_t>(1.0);
  return p * std::bit_cast<double>(power);
}

}  // namespace

void Matrix::Resize(std::size_t rows, std::size_t cols) {
  rows_ = rows;
  cols_ = cols;
  stride_ = RoundUp(cols);
  data_.assign(rows_ * stride_, 0.0);
}

void Matrix::Reshape(std::size_t rows, std::size_t cols) {
  if (rows != rows_ || cols != cols_) Resize(rows, cols);
}

// NOLINTNEXTLINE(readability-function-size): the same
RECTUNE_CLONES void AddProduct(double sign, const double* a, std::size_t a_stride, const double* b,
                               std::size_t b_stride, double* c, std::size_t c_stride,
                               std::size_t rows, std::size_t cols, std::size_t depth) {
  AddProductInline(sign, a, a_stride, b, b_stride, c, c_stride, rows, cols, depth);
}

RECTUNE_CLONES
bool CholeskyUpper(Matrix* a) {
  const std::size_t n = a->rows();
  const std::size_t stride = a->stride();
  for (std::size_t k = 0; k < n; k += kBlock) {
    const std::size_t height = std::min(kBlock, n - k);
    // What the rows above contribute to this panel, in one product.
    AddProductInline(-1.0, a->row(0) + k, stride, a->row(0) + k, stride, a->row(k) + k, stride,
                     height, n - k, k);
    for (std::size_t r = k; r < k + height; ++r) {
      double* pivot_row = a->row(r);
      const double square = pivot_row[r];
      if (!(square > 0.0) || !(square < 1e300)) return false;
      const double pivot = std::sqrt(square);
      pivot_row[r] = pivot;
      const double inverse = 1.0 / pivot;
      for (std::size_t j = r + 1; j < n; ++j) pivot_row[j] *= inverse;
      for (std::size_t s = r + 1; s < k + height; ++s) {
        const double factor = pivot_row[s];
        double* row = a->row(s);
        for (std::size_t j = s; j < n; ++j) row[j] -= factor * pivot_row[j];
      }
    }
  }
  return true;
}

RECTUNE_CLONES
void InvertFactor(const Matrix& u, Matrix* m) {
  const std::size_t n = u.rows();
  m->Resize(n, n);
  const std::size_t stride = m->stride();
  for (std::size_t k = 0; k < n; k += kBlock) {
    const std::size_t height = std::min(kBlock, n - k);
    for (std::size_t j = 0; j < k; j += kChunk) {
      // Row p of M ends at column p, so columns from j on have nothing above row j.
      AddProductInline(-1.0, u.row(j) + k, u.stride(), m->row(j) + j, stride, m->row(k) + j, stride,
                       height, std::min(kChunk, k - j), k - j);
    }
    for (std::size_t r = k; r < k + height; ++r) {
      double* row = m->row(r);
      row[r] += 1.0;
      for (std::size_t s = k; s < r; ++s) {
        const double factor = u(s, r);
        const double* above = m->row(s);
        for (std::size_t j = 0; j <= s; ++j) row[j] -= factor * above[j];
      }
      const double inverse = 1.0 / u(r, r);
      for (std::size_t j = 0; j <= r; ++j) row[j] *= inverse;
    }
  }
}

RECTUNE_CLONES
void InverseFromFactor(const Matrix& m, Matrix* inverse) {
  const std::size_t n = m.rows();
  inverse->Resize(n, n);
  const std::size_t stride = m.stride();
  for (std::size_t i = 0; i < n; i += kBlock) {
    const std::size_t height = std::min(kBlock, n - i);
    for (std::size_t j = i; j < n; j += kChunk) {
      AddProductInline(1.0, m.row(j) + i, stride, m.row(j) + j, stride, inverse->row(i) + j,
                       inverse->stride(), height, std::min(kChunk, n - j), n - j);
    }
  }
}

void Transpose(const Matrix& from, Matrix* to) {
  to->Resize(from.cols(), from.rows());
  for (std::size_t i = 0; i < from.rows(); ++i) {
    for (std::size_t j = 0; j < from.cols(); ++j) (*to)(j, i) = from(i, j);
  }
}

RECTUNE_CLONES
void Axpy(double a, const double* x, double* y, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) y[i] += a * x[i];
}

RECTUNE_CLONES
double Dot(const double* x, const double* y, std::size_t n) {
  Lanes sum{};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    sum += *reinterpret_cast<const Lanes*>(x + i) * *reinterpret_cast<const Lanes*>(y + i);
  }
  double total = SumLanes(sum);
  for (; i < n; ++i) total += x[i] * y[i];
  return total;
}

RECTUNE_CLONES
void AddSquaredDifference(double x, const double* column, double* r2, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    const double difference = x - column[j];
    r2[j] += difference * difference;
  }
}

RECTUNE_CLONES
double WeightedSquaredDifference(const double* weight, double x, const double* column,
                                 std::size_t n) {
  Lanes sum{};
  std::size_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    const Lanes difference = x - *reinterpret_cast<const Lanes*>(column + j);
    sum += *reinterpret_cast<const Lanes*>(weight + j) * difference * difference;
  }
  double total = SumLanes(sum);
  for (; j < n; ++j) total += weight[j] * (x - column[j]) * (x - column[j]);
  return total;
}

RECTUNE_CLONES
void Matern52(double* __restrict r2_then_value, double* __restrict slope, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    const double s = std::sqrt(5.0 * r2_then_value[j]);
    const double decay = ExpOfNonPositive(-s);
    slope[j] = (5.0 / 3.0) * (1.0 + s) * decay;
    r2_then_value[j] = (1.0 + s + s * s * (1.0 / 3.0)) * decay;
  }
}

}  // namespace rectune::baselines
