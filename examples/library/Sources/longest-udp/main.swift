// SPDX-License-Identifier: Apache-2.0

// Finds the network namespace of this machine whose UDP connections are remembered longest.

import IPVS

do throws(IPVSError) {
  let known = try NamespaceList().namespaces
  var clients = ClientSequence(in: known.map(\.namespace), like: try Client())
  var longest: (name: String, udp: Timeout)?
  for namespace in known {
    do throws(IPVSError) {
      guard let udp = try clients.next()?.timeouts().udp else { continue }
      if udp > longest?.udp ?? 1 { longest = (namespace.name, udp) }
    } catch {
      // One that has ended meanwhile, or may not be entered, does not keep the others from being asked.
      print("\(error)")
    }
  }
  if let longest { print("\(longest.name): \(longest.udp.seconds) s") }
} catch {
  print("\(error)")
}
