// SPDX-License-Identifier: Apache-2.0

/// A check, by the name under which its findings are told.
public enum Check: String, CaseIterable, Sendable {
  /// Whether IPVS is there, talks to the caller, and has anything to do.
  case ipvs
  /// What the timeouts are.
  case timeouts
}
