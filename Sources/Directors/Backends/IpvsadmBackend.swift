// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Ipvsadm
internal import SystemPackage

/// The program ipvsadm.
///
/// `auto` uses it if the kernel has no netlink family IPVS and the program is installed.
final class IpvsadmBackend: Backend {
  override class var choice: BackendChoice { .ipvsadm }
  override class var words: String { "the program ipvsadm" }
  override class var condition: String? { "only where the kernel has no netlink family IPVS" }
  override class var caution: String {
    "the timeouts are those of the system that this program talks to, and each reading starts it"
  }

  private let program: IpvsadmProgram

  fileprivate init(_ program: IpvsadmProgram) {
    self.program = program
  }

  override class func open(ipvsadm path: String?) throws(DirectorError) -> Backend {
    do throws(IpvsadmError) { return IpvsadmBackend(try program(at: path)) } catch { throw .program(error) }
  }

  /// Opens it only if the kernel's family is absent, never if the kernel refuses or does not answer.
  override class func open(insteadOf failure: IPVSError, ipvsadm path: String?) throws(DirectorError) -> Backend? {
    guard failure.isAbsence else { return nil }
    do throws(IpvsadmError) {
      return IpvsadmBackend(try program(at: path))
    } catch {
      // If no path was named and the program is not installed, it has nothing to add.
      if path == nil, error.cause == .missing { return nil }
      throw .program(error)
    }
  }

  /// The program at this path, or at the usual paths.
  private static func program(at path: String?) throws(IpvsadmError) -> IpvsadmProgram {
    try IpvsadmProgram(at: path.map { [FilePath($0)] } ?? IpvsadmProgram.usualPaths, for: .list)
  }

  override func timeouts() throws(DirectorError) -> Timeouts {
    do throws(IpvsadmError) { return try program.timeouts() } catch { throw .program(error) }
  }

  override func setTimeouts(_ timeouts: Timeouts) throws(DirectorError) {
    do throws(IpvsadmError) { try program.setTimeouts(timeouts) } catch { throw .program(error) }
  }

  override func sequence(in namespaces: [NetworkNamespace]) -> BackendSequence {
    IpvsadmSequence(program, in: namespaces[...])
  }
}

/// The program in many network namespaces, each entered by nsenter(1) when the program is run.
private final class IpvsadmSequence: BackendSequence {
  private let program: IpvsadmProgram
  private var namespaces: ArraySlice<NetworkNamespace>

  init(_ program: IpvsadmProgram, in namespaces: ArraySlice<NetworkNamespace>) {
    self.program = program
    self.namespaces = namespaces
  }

  override func next() throws(DirectorError) -> Backend {
    IpvsadmBackend(program.entering(namespaces.removeFirst()))
  }
}

extension IPVSError {
  /// Whether the kernel's netlink family is absent.
  var isAbsence: Bool {
    [.notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled].contains(code)
  }
}
