namespace Orleans.Replication.Raft;

/// <summary>A process that has asked to join a group and is no member yet.</summary>
/// <param name="Peer">Who asks, as the transport has proven it, and where it says that it is: what <see cref="RaftGroup.AddVoterAsync"/> and <see cref="RaftGroup.AddLearnerAsync"/> take.</param>
/// <param name="Since">When it asked here first. It asks again and again; one that stops is forgotten after a minute.</param>
public sealed record WaitingPeer(RaftPeer Peer, DateTimeOffset Since);
