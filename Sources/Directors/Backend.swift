// SPDX-License-Identifier: Apache-2.0

import IPVS
import Ipvsadm

/// The way to the timeouts of one director, opened.
enum Backend: ~Copyable {
  case netlink(Client)
  case ipvsadm(Program)

  var name: BackendChoice {
    switch self {
    case .netlink: .netlink
    case .ipvsadm: .ipvsadm
    }
  }

  func timeouts() throws(BackendError) -> Timeouts {
    switch self {
    case .netlink(let client):
      do { return try client.timeouts() } catch { throw .netlink(error) }
    case .ipvsadm(let program):
      do { return try program.timeouts() } catch { throw .ipvsadm(error) }
    }
  }

  func setTimeouts(_ timeouts: Timeouts) throws(BackendError) {
    switch self {
    case .netlink(let client):
      do { try client.setTimeouts(timeouts) } catch { throw .netlink(error) }
    case .ipvsadm(let program):
      do { try program.setTimeouts(timeouts) } catch { throw .ipvsadm(error) }
    }
  }
}
