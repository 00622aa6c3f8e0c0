// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// A line of the policy that says something.
public struct PolicyLine: Sendable, Hashable {
  /// Its number in the file, from 1.
  public let number: Int
  /// Which network namespaces it is for.
  public let namespace: NamespacePattern
  /// What it wants there; `nil` where it leaves a timeout as it is.
  public let timeouts: Timeouts
}
