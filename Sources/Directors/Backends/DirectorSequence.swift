// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Ipvsadm

/// Directors in many network namespaces of one kernel, one after another, by a backend that is decided on once.
package struct DirectorSequence: ~Copyable {
  // One of the two.
  private var clients: ClientSequence?
  private let program: IpvsadmProgram?
  private var namespaces: ArraySlice<NetworkNamespace>

  /// The backend that was taken: `netlink` or `ipvsadm`.
  package let backend: BackendChoice
  /// Whether `auto` turned from netlink to ipvsadm.
  package let fallback: Fallback

  /// Directors in these namespaces, in this order; none is opened yet.
  ///
  /// - Parameters:
  ///   - namespaces: The network namespaces.
  ///   - choice: The backend to take.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Throws: ``DirectorError``, when the backend is not there in the caller's own namespace, and so nowhere.
  package init(
    in namespaces: [NetworkNamespace], backend choice: BackendChoice = .auto, ipvsadm path: String? = nil
  ) throws(DirectorError) {
    let own = try Director(backend: choice, ipvsadm: path)
    backend = own.backend
    fallback = own.fallback
    switch own.way {
    case .netlink(let client):
      clients = ClientSequence(in: namespaces, like: client)
      program = nil
    case .ipvsadm(let program):
      clients = nil
      self.program = program
    }
    self.namespaces = namespaces[...]
  }

  /// The director in the next namespace; `nil` after the last one.
  ///
  /// - Throws: ``DirectorError``, why there is none in this namespace; the next call goes on with the one after it.
  package mutating func next() throws(DirectorError) -> Director? {
    guard let namespace = namespaces.popFirst() else { return nil }
    if let program { return Director(.ipvsadm(program.entering(namespace)), fallback) }
    do throws(IPVSError) {
      guard let client = try clients?.next() else { return nil }
      return Director(.netlink(client), fallback)
    } catch {
      throw .kernel(error)
    }
  }
}
