namespace Orleans.Replication.States;

/// <summary>What the operations in one command need to be in force (<see cref="SinceVersionAttribute"/>).</summary>
/// <param name="Version">The highest version that one of them belongs to.</param>
/// <param name="Operation">The type of that operation; null when there is none.</param>
internal readonly record struct OperationsNeed(int Version, Type? Operation)
{
    /// <summary>The need of both.</summary>
    public OperationsNeed And(in OperationsNeed other) => other.Version > Version ? other : this;
}
