namespace Orleans.Replication.Raft;

/// <summary>A consistent view of one table at one applied index. Dispose it soon: it keeps old data on disk.</summary>
public interface IStateSnapshot : IStateReader, IDisposable;
