// SPDX-License-Identifier: Apache-2.0

// Finds the network namespace of this machine whose UDP connections are remembered longest.

import IPVS

do throws(IPVSError) {
  let found = try NamespaceList()
  var longest: (name: String, udp: Timeout)?
  try Client().forEach(in: found.namespaces.map(\.namespace)) { namespace, result in
    do throws(IPVSError) {
      guard let udp = try result.get().timeouts().udp, udp > longest?.udp ?? 1 else { return }
      longest = (found.info(for: namespace)?.name ?? namespace.description, udp)
    } catch {
      // A namespace that has ended meanwhile, or may not be entered, does not keep the others from being asked.
      print("\(error)")
    }
  }
  if let longest { print("\(longest.name): \(longest.udp)") }
} catch {
  print("\(error)")
}
