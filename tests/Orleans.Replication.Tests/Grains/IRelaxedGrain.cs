namespace Orleans.Replication.Tests.Grains;

/// <summary>Has states whose reads are not linearizable unless they say so.</summary>
public interface IRelaxedGrain : IGrainWithStringKey
{
    /// <summary>Reads the state of which any age is good.</summary>
    ValueTask<long> ReadAnyAge(ReadConsistency? consistency);

    /// <summary>Reads the state that may be an hour old.</summary>
    ValueTask<long> ReadWithinAnHour(ReadConsistency? consistency);

    /// <summary>Reads the state that may be an hour old, together with its version.</summary>
    ValueTask<VersionedState<Basket>> ReadVersionedWithinAnHour();
}
