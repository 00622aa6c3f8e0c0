// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// Which end of a connection is the service, and which the client; TCP itself does not say so afterwards.
public struct ServiceRule: Sendable {
  private let listeners: Listeners
  /// The ports that clients get.
  public let ports: EphemeralPorts

  /// The rule where these are listened at and clients get these ports.
  public init(_ listeners: Listeners, _ ports: EphemeralPorts) {
    self.listeners = listeners
    self.ports = ports
  }

  /// The service that a socket belongs to.
  ///
  /// A local end at which somebody listens is a local service: that is certain. Where nobody does, because it is a client
  /// or the program that listened has ended, the end with an ephemeral port is the client. Where both have one, this host
  /// is: it would listen, were it the service. Where neither has, the lower port is the service's, as those of well-known
  /// services are low; where they are equal, the other end is the service. What is ephemeral at the other host is not
  /// known here, so our range stands for it.
  public func service(of socket: HostSocket) -> SocketService.Name {
    let (local, remote) = (socket.local, socket.remote)
    if let listener = listeners.listener(for: local) { return SocketService.Name(listener, isLocal: true) }
    let isLocal =
      switch (ports.contains(local.port), ports.contains(remote.port)) {
      case (true, _): false
      case (false, true): true
      case (false, false): local.port < remote.port
      }
    return SocketService.Name(isLocal ? local : remote, isLocal: isLocal)
  }
}
