// SPDX-License-Identifier: Apache-2.0

public import Directors
internal import IPVS

/// What all checks say about one director, in the order in which people should read it.
public enum DirectorDiagnosis {
  private static let checks: [any DirectorCheck] = [IPVSCheck(), TimeoutsCheck()]

  /// Looks at the facts.
  public static func findings(on facts: DirectorFacts) -> [Finding] {
    checks.flatMap { check in
      do throws(BackendError) {
        return try check.findings(on: facts)
      } catch {
        return [.note(check.check, error.description, so: "this could not be checked")]
      }
    }
  }

  /// What to say where there are no facts, because IPVS does not answer.
  public static func findings(on error: BackendError) -> [Finding] {
    [.problem(.ipvs, error.description, so: "nothing else can be checked here", cure: error.cure)]
  }
}

extension BackendError {
  /// The command to begin with; what else may help is in the description.
  fileprivate var cure: String {
    switch self {
    case .netlink(let error), .both(let error, _): error.cure
    case .ipvsadm: "ipvs-timeout doctor --backend netlink"
    case .notReadBack(_, let error): error.cure
    }
  }
}

extension IPVSError {
  fileprivate var cure: String {
    switch code {
    case .notRoot: "sudo ipvs-timeout doctor"
    case .missingCapability, .userNamespace, .mayNotEnter: "run it as root on the host itself"
    case .notInKernel: "apt-get install linux-image-amd64"
    default: "modprobe -v ip_vs; dmesg | tail"
    }
  }
}
