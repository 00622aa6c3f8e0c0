// SPDX-License-Identifier: Apache-2.0

public import IPVS

/// Whether `auto` turned from netlink to the program ipvsadm, and why.
///
/// Not an optional error: that is large, and to copy and destroy it costs the way that every call takes.
public indirect enum Fallback: Sendable, Hashable {
  /// It did not.
  case none
  /// It did, because of this error.
  case toIpvsadm(because: IPVSError)
}
