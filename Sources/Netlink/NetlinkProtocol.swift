// SPDX-License-Identifier: Apache-2.0

internal import CLibNL

/// A netlink protocol: which part of the kernel a socket talks to.
public enum NetlinkProtocol: Sendable {
  /// Generic netlink, whose families have names.
  case generic
  /// The diagnosis of sockets, for which no privilege is needed.
  case socketDiagnosis

  /// The number after `NETLINK_`.
  var number: CInt {
    switch self {
    case .generic: NETLINK_GENERIC
    case .socketDiagnosis: NETLINK_SOCK_DIAG
    }
  }
}
