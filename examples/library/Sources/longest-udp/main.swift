// SPDX-License-Identifier: Apache-2.0

// Finds the network namespace of this machine with the longest udp timeout.

import IPVS

do throws(IPVSError) {
  let found = try NamespaceList()
  var longest: (name: String, udp: Timeout)?
  try Client().forEach(in: found.namespaces.map(\.namespace)) { namespace, result in
    do throws(IPVSError) {
      guard let udp = try result.get().timeouts().udp, udp > longest?.udp ?? 1 else { return }
      longest = (found.info(for: namespace)?.name ?? namespace.description, udp)
    } catch {
      // If a namespace has ended, or may not be entered, report it and read the others.
      print("\(error)")
    }
  }
  if let longest { print("\(longest.name): \(longest.udp)") }
} catch {
  print("\(error)")
}
