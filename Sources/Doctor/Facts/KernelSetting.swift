// SPDX-License-Identifier: Apache-2.0

/// A setting of the kernel (a sysctl) that affects how connections end, by its name.
package enum KernelSetting: String, CaseIterable, Sendable {
  /// After how many idle seconds a socket with keep-alive asks its peer.
  case tcpKeepaliveTime = "net.ipv4.tcp_keepalive_time"
  /// After how many seconds without an answer it asks again.
  case tcpKeepaliveInterval = "net.ipv4.tcp_keepalive_intvl"
  /// How often it asks before it gives up.
  case tcpKeepaliveProbes = "net.ipv4.tcp_keepalive_probes"
  /// The kernel's release.
  case release = "kernel.osrelease"
  /// Whether IPVS leaves its connections to conntrack, too.
  case conntrack = "net.ipv4.vs.conntrack"
  /// What happens to an entry when its client opens a connection from the same port.
  case connReuseMode = "net.ipv4.vs.conn_reuse_mode"
  /// Whether entries end with their real server.
  case expireNodestConn = "net.ipv4.vs.expire_nodest_conn"
  /// Whether persistence ends when the real server has weight 0.
  case expireQuiescentTemplate = "net.ipv4.vs.expire_quiescent_template"
  /// Whether the state ESTABLISHED begins later.
  case secureTCP = "net.ipv4.vs.secure_tcp"
  /// Whether other packets than a SYN make entries.
  case sloppyTCP = "net.ipv4.vs.sloppy_tcp"
  /// Whether entries are ended at random.
  case dropEntry = "net.ipv4.vs.drop_entry"
  /// At which packets the sync daemon sends a connection: the first one, and every how many.
  case syncThreshold = "net.ipv4.vs.sync_threshold"
  /// By how many seconds a timer must have changed for the sync daemon to send it.
  case syncRefreshPeriod = "net.ipv4.vs.sync_refresh_period"
  /// How many entries the table may have, from Linux 7.2 on.
  case connMax = "net.ipv4.vs.conn_max"
  /// How many connections conntrack knows.
  case conntrackCount = "net.netfilter.nf_conntrack_count"
  /// How long conntrack remembers an established connection.
  case conntrackEstablished = "net.netfilter.nf_conntrack_tcp_timeout_established"
  /// How long conntrack remembers a connection that one end has closed.
  case conntrackFinWait = "net.netfilter.nf_conntrack_tcp_timeout_fin_wait"
  /// How long conntrack remembers a connection that one end has closed, after the other end has acknowledged it.
  case conntrackCloseWait = "net.netfilter.nf_conntrack_tcp_timeout_close_wait"
  /// How long conntrack remembers datagrams without an answer.
  case conntrackUDP = "net.netfilter.nf_conntrack_udp_timeout"
  /// How long conntrack remembers datagrams with answers.
  case conntrackUDPStream = "net.netfilter.nf_conntrack_udp_timeout_stream"
  /// From which range the kernel gives a port to a socket that connects.
  case localPortRange = "net.ipv4.ip_local_port_range"
  /// The ports of that range that it never gives.
  case localReservedPorts = "net.ipv4.ip_local_reserved_ports"
  /// For how many seconds a socket without a program stays in FIN_WAIT2.
  case tcpFinTimeout = "net.ipv4.tcp_fin_timeout"
  /// How many sockets may be in TIME_WAIT.
  case tcpMaxTimeWaitBuckets = "net.ipv4.tcp_max_tw_buckets"
  /// Whether the kernel answers a flood of SYN packets without keeping anything.
  case tcpSyncookies = "net.ipv4.tcp_syncookies"
  /// Whether packets carry the time.
  case tcpTimestamps = "net.ipv4.tcp_timestamps"
  /// Whether sockets in TIME_WAIT were ended early, in kernels before 4.12.
  case tcpTimeWaitRecycle = "net.ipv4.tcp_tw_recycle"
  /// Whether a socket that connects may use the port of one in TIME_WAIT.
  case tcpTimeWaitReuse = "net.ipv4.tcp_tw_reuse"
  /// After how many milliseconds in TIME_WAIT another socket may use the port, in newer kernels.
  case tcpTimeWaitReuseDelay = "net.ipv4.tcp_tw_reuse_delay"
}

extension KernelSetting {
  /// The last part of its name.
  package var shortName: Substring { rawValue.split(separator: ".").last ?? "" }
}
