// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// The two operations of ipvsadm on timeouts.
package enum IpvsadmCommand: Sendable, Hashable {
  /// `ipvsadm -L --timeout`: print the timeouts.
  case list
  /// `ipvsadm --set tcp tcpfin udp`: set the timeouts that are not `nil`. In ipvsadm's language 0 keeps a timeout.
  case set(Timeouts)

  /// The arguments for ipvsadm.
  package var arguments: [String] {
    switch self {
    case .list: ["-L", "--timeout"]
    case .set(let timeouts): ["--set"] + timeouts.arguments(absent: "0")
    }
  }
}
