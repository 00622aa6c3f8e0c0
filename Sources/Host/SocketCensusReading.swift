// SPDX-License-Identifier: Apache-2.0

public import IPVS

extension SocketCensus {
  /// Counts the sockets of a network namespace.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace.
  ///   - ports: The ports that clients get there.
  /// - Throws: ``IPVSError``, when the sockets cannot be read.
  public init(in namespace: NetworkNamespace, _ ports: EphemeralPorts) throws(IPVSError) {
    var listeners = Listeners()
    var listening = try SocketTable(in: namespace, states: [.listen])
    while let socket = try listening.next() { listeners.add(socket.local) }
    self.init(by: ServiceRule(listeners, ports))
    var table = try SocketTable(in: namespace, states: .connected)
    while let socket = try table.next() { add(socket) }
  }
}
