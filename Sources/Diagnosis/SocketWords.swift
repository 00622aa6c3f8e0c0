// SPDX-License-Identifier: Apache-2.0

public import Host
internal import IPVS
internal import Text

extension SocketService {
  /// Where it is.
  var place: String { name.isLocal ? "\(name.endpoint) here" : "\(name.endpoint)" }

  /// Which share of the ports for outgoing connections it takes, from the address here from which it takes most; `nil`
  /// for a service of this host.
  public func share(of ports: EphemeralPorts) -> Share? { sources.first?.share(of: ports) }

  /// A filter for ss(8) that shows its sockets, quoted for a shell.
  var filter: String {
    let endpoint = name.endpoint
    guard name.isLocal else { return "dst '\(endpoint)'" }
    return endpoint.address.isWildcard ? "'sport = :\(endpoint.port)'" : "src '\(endpoint)'"
  }
}

extension InternetAddress {
  /// Whether it stands for all addresses: `0.0.0.0` or `::`.
  fileprivate var isWildcard: Bool { bits == (0, 0) }
}

extension SocketFacts {
  /// Which program has the sockets of a service that are in a state.
  func program(of service: SocketService, _ state: HostSocket.State) -> String {
    let owners = owners.owners[SocketOwners.Group(service.name, state)] ?? []
    guard owners.isEmpty else {
      return owners.prefix(3).map(\.words).joined(separator: ", ")
        + (owners.count > 3 ? " and \(owners.count - 3) more programs" : "")
    }
    guard self.owners.hiddenProcesses > 0 else { return "a program that is not to be seen here" }
    return
      "a program that is not to be seen (\(self.owners.hiddenProcesses) processes hide their files: run it as root)"
  }

  /// How many connections to a service are open, and by which program.
  func open(_ service: SocketService) -> String {
    switch service.counts[.established] {
    case 0: "none is open at this moment"
    case 1: "1 is open, that of \(program(of: service, .established))"
    case let count: "\(count) are open, those of \(program(of: service, .established))"
    }
  }
}

extension SocketOwners.Owner {
  fileprivate var words: String {
    let first = processes.first.map { "pid \($0)" } ?? ""
    return "\(command.printable) (\(first)\(processes.count > 1 ? " and \(processes.count - 1) more" : ""))"
  }
}
