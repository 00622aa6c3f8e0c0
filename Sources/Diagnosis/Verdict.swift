// SPDX-License-Identifier: Apache-2.0

/// How a check came out, from good to bad.
public enum Verdict: String, CaseIterable, Sendable {
  /// All is well.
  case ok
  /// Something one has to know, which may be as it should be.
  case note
  /// Something that keeps the timeouts from doing what is wanted of them.
  case problem
}
