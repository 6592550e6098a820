// SPDX-License-Identifier: Apache-2.0
//
// Nothing: the library that owns the precompiled headers needs a source to be one.
