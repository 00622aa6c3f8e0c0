// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// A file system that never answers: one in user space (FUSE) whose server reads no request.
  @Suite(.clearingUp) struct HardeningMountsTests {
    private let directory = ScratchDirectory.current

    /// Makes such a file system, and a link to a file of it in `/run/netns`.
    private func withHangingMount(_ body: @Sendable (String) async throws -> Void) async throws {
      let mount = "\(directory.path)/hang"
      let script = """
        modprobe fuse; mkdir -p "$0" /run/netns; exec 3<>/dev/fuse
        mount -i -t fuse none "$0" -o fd=3,rootmode=40000,user_id=0,group_id=0
        ln -s "$0/file" /run/netns/hang; exec sleep 600
        """
      let sleep = try await Guest.output(["readlink", "-f", "/bin/sleep"]).dropLast()
      try await withProcess(["bash", "-c", script, mount], becoming: String(sleep)) { _ in
        let result: Result<Void, any Error>
        do { result = .success(try await body(mount)) } catch { result = .failure(error) }
        try await Guest.output(["rm", "-f", "/run/netns/hang"])
        try await Guest.output(["umount", "-l", mount])
        try result.get()
      }
    }

    @Test func stopsNoOtherNamespace() async throws {
      let blue = try await Neighbours.add("blue")[0]
      try await withHangingMount { mount in
        let sentence =
          "ipvs-timeout: cannot find out whether /run/netns/hang is a network namespace: its file system did not answer"
          + " in time; check the mount (`findmnt`)\n"
        let set = try await Namespace.initial.program("set", "--all-netns", "--udp", "61")
        #expect(set.status == 75)
        #expect(set.stderr == sentence)
        #expect(set.stdout.contains("\nblue: Timeout (tcp tcpfin udp): 900 120 61 (was 900 120 300)\n"), "\(set)")
        expect(try await blue.timeouts(), equals: "900 120 61")
        let policy = try directory.write("policy", "blue - - 62\nhost - - 300\n\(mount)/* 1 2 3\n")
        let apply = try await Namespace.initial.program("apply", policy)
        #expect(apply.status == 75)
        expect(try await blue.timeouts(), equals: "900 120 62")
        let named = try await Namespace.initial.program("show", "--netns", "\(mount)/file", "--netns", "blue")
        #expect(named.status == 75 && named.stdout == "blue: Timeout (tcp tcpfin udp): 900 120 62\n", "\(named)")
      }
    }

    @Test func stopsNeitherPolicyNorDoctor() async throws {
      try await withHangingMount { mount in
        expect(
          try await Namespace.initial.program("check-policy", "\(mount)/policy"),
          equals: Outcome(
            75, "",
            "ipvs-timeout: cannot read the policy \(mount)/policy: its file system did not answer in time; check the mount"
              + " (`findmnt`), or name a file on a local disk\n"))
        let doctor = try await Namespace.initial.program("doctor", "--policy", "\(mount)/policy")
        #expect(doctor.status == 75)
        #expect(doctor.stdout.contains("the file system of /run/netns/hang did not answer in time"), "\(doctor)")
        #expect(doctor.stdout.contains("\nok: "), "\(doctor)")
      }
    }
  }
}
