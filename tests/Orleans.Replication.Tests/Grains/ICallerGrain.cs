namespace Orleans.Replication.Tests.Grains;

/// <summary>Calls a replicated grain from inside a silo.</summary>
public interface ICallerGrain : IGrainWithStringKey
{
    /// <summary>Where this grain is, and where the replicated grain that it called.</summary>
    ValueTask<(Whereabouts Caller, Whereabouts Callee)> Call(string basket);
}
