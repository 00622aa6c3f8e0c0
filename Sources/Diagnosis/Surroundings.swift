// SPDX-License-Identifier: Apache-2.0

public import Directors
internal import IPVS
public import SystemPackage

/// What is known of the machine around its directors: looked up once, the same for all of them.
public struct Surroundings: Sendable {
  /// The policy.
  public let policy: PolicyState
  /// The network namespaces.
  public let neighbours: Result<Neighbours, BackendError>
  /// The programs that run and may write timeouts.
  let writers: Result<[TimeoutWriter], BackendError>
}

extension Surroundings {
  /// Looks at the machine.
  ///
  /// - Parameters:
  ///   - policy: The policy file that somebody has named; `nil` for the usual one.
  ///   - backend: The backend that has answered.
  ///   - ipvsadm: The path of ipvsadm; `nil` looks in the usual places.
  public init(policy: FilePath?, backend: BackendChoice, ipvsadm: String?) {
    self.policy = PolicyState(at: policy)
    writers = Result { () throws(IPVSError) in try TimeoutWriter.running() }.mapError(BackendError.netlink)
    neighbours = Result { () throws(BackendError) in try Neighbours(backend: backend, ipvsadm: ipvsadm) }
  }
}
