// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Ipvsadm

/// The way to the timeouts of one director, opened.
enum Backend: ~Copyable {
  case netlink(Client)
  case ipvsadm(IpvsadmProgram)

  var name: BackendChoice {
    switch self {
    case .netlink: .netlink
    case .ipvsadm: .ipvsadm
    }
  }

  func timeouts() throws(DirectorError) -> Timeouts {
    switch self {
    case .netlink(let client):
      do { return try client.timeouts() } catch { throw .kernel(error) }
    case .ipvsadm(let program):
      do { return try program.timeouts() } catch { throw .ipvsadm(error) }
    }
  }

  func setTimeouts(_ timeouts: Timeouts) throws(DirectorError) {
    switch self {
    case .netlink(let client):
      do { try client.setTimeouts(timeouts) } catch { throw .kernel(error) }
    case .ipvsadm(let program):
      do { try program.setTimeouts(timeouts) } catch { throw .ipvsadm(error) }
    }
  }
}

/// Which way to the kernel's timeouts to take.
package enum BackendChoice: String, Sendable, CaseIterable {
  /// Netlink, and ipvsadm only where the kernel has no family IPVS and the program is there.
  case auto
  /// Generic netlink, family IPVS.
  case netlink
  /// The program ipvsadm.
  case ipvsadm
}

/// Whether `auto` turned from netlink to the program ipvsadm, and why.
///
/// Not an optional error: that is large, and to copy and destroy it costs the way that every call takes.
package indirect enum Fallback: Sendable, Hashable {
  /// It did not.
  case notNeeded
  /// It did, because of this error.
  case toIpvsadm(because: IPVSError)
}
