// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Ipvsadm
internal import Text

extension Report {
  /// Appends the line that `ipvsadm -R` takes and `ipvsadm -S` never writes; in it, 0 keeps a timeout.
  func appendRules(to text: inout TextBuffer) {
    guard case .timeouts(let timeouts) = finding else { return }
    text.append(IpvsadmCommand.set(timeouts).arguments.joined(separator: " ") + "\n")
  }
}
