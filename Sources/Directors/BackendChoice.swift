// SPDX-License-Identifier: Apache-2.0

/// Which way to the kernel's timeouts to take.
public enum BackendChoice: String, Sendable, CaseIterable {
  /// Netlink, and ipvsadm only where the kernel has no family IPVS and the program is there.
  case auto
  /// Generic netlink, family IPVS.
  case netlink
  /// The program ipvsadm.
  case ipvsadm
}
