// SPDX-License-Identifier: Apache-2.0

/// A check, by the name under which its findings are told.
public enum Check: String, CaseIterable, Sendable {
  /// Whether IPVS is there and talks to the caller.
  case ipvs
  /// What the timeouts are.
  case timeouts
}
