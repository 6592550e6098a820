// SPDX-License-Identifier: Apache-2.0
//
// Dense linear algebra for Gaussian processes of some hundred points: one register-blocked kernel
// and the three factorisation steps built on it. Not a general library: row-major doubles only,
// rows padded to whole vectors, no pivoting.
//
//   Matrix u(n, n);                      // upper triangle of a symmetric positive definite matrix
//   bool ok = CholeskyUpper(&u);         // A = U^T U
//   InvertFactor(u, &m);                 // M = U^-T, lower triangular
//   InverseFromFactor(m, &inverse);      // A^-1 = M^T M, upper triangle
//
// Why not Eigen here: Eigen fixes its vector width when it is compiled, and a release binary must
// run on any machine of its architecture. These functions are compiled for several instruction sets
// and chosen at run time. Every element is summed in one fixed order, without fused
// multiply-adds, so each version gives the same bytes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rectune::baselines {

inline constexpr std::size_t kLanes = 8;

/// Row-major, each row padded with zeros to a multiple of kLanes. Shrinking and growing within the
/// reserved capacity does not allocate.
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t cols) { Resize(rows, cols); }

  /// All zeros afterwards.
  void Resize(std::size_t rows, std::size_t cols);
  /// The same, but keeps what is there when the shape stays as it is.
  void Reshape(std::size_t rows, std::size_t cols);
  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
  std::size_t stride() const { return stride_; }
  double* row(std::size_t i) { return data_.data() + i * stride_; }
  const double* row(std::size_t i) const { return data_.data() + i * stride_; }
  double& operator()(std::size_t i, std::size_t j) { return data_[i * stride_ + j]; }
  double operator()(std::size_t i, std::size_t j) const { return data_[i * stride_ + j]; }

 private:
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::size_t stride_ = 0;
  std::vector<double> data_;
};

/// c[i][j] += sign * sum_p a[p][i] b[p][j] for i < rows, j < cols rounded up to kLanes, p < depth:
/// the product of a transposed matrix with another. All strides in doubles.
void AddProduct(double sign, const double* a, std::size_t a_stride, const double* b,
                std::size_t b_stride, double* c, std::size_t c_stride, std::size_t rows,
                std::size_t cols, std::size_t depth);

/// Upper triangle in, factor U out (A = U^T U); what is below the diagonal is not touched. False
/// when a pivot is not a positive number; the matrix is then half done.
bool CholeskyUpper(Matrix* a);

/// M = U^-T (lower triangular, zeros above): M A M^T = I.
void InvertFactor(const Matrix& u, Matrix* m);

/// Upper triangle of M^T M = A^-1; below the diagonal it holds nothing of use.
void InverseFromFactor(const Matrix& m, Matrix* inverse);

void Transpose(const Matrix& from, Matrix* to);

/// y += a x, elementwise.
void Axpy(double a, const double* x, double* y, std::size_t n);

/// Summed in eight interleaved lanes, then lane by lane.
double Dot(const double* x, const double* y, std::size_t n);

/// r2[j] += (x - column[j])^2
void AddSquaredDifference(double x, const double* column, double* r2, std::size_t n);

/// Sum over j of weight[j] (x - column[j])^2, in Dot's order.
double WeightedSquaredDifference(const double* weight, double x, const double* column,
                                 std::size_t n);

/// Matern-5/2 for unit output scale; squared distances in, kernel values out, in place:
///   value[j] = (1 + s + s^2 / 3) exp(-s),  slope[j] = (5/3) (1 + s) exp(-s),  s = sqrt(5 r2[j]).
/// The slope is -2 d value / d r2; so d value / d log(lengthscale) = slope times that coordinate's
/// share of r2.
void Matern52(double* r2_then_value, double* slope, std::size_t n);

}  // namespace rectune::baselines
