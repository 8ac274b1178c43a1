using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orleans.Replication.Analyzers;

/// <summary>ORPL0008: orders what a <c>foreach</c> goes through: pairs by their key, other elements by themselves, strings ordinally.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(OrderFix)), Shared]
public sealed class OrderFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["ORPL0008"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var loop = root?.FindNode(context.Span, getInnermostNodeForTie: true).AncestorsAndSelf().OfType<CommonForEachStatementSyntax>().FirstOrDefault();
        if (root is null || loop is null || !loop.Expression.Span.Contains(context.Span))
            return;
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (model?.GetForEachStatementInfo(loop).ElementType is not INamedTypeSymbol element || Ordering(element) is not { } ordering)
            return;
        var target = loop.Expression is InvocationExpressionSyntax or MemberAccessExpressionSyntax or IdentifierNameSyntax or ElementAccessExpressionSyntax
            ? loop.Expression.WithoutTrivia()
            : SyntaxFactory.ParenthesizedExpression(loop.Expression.WithoutTrivia());
        var ordered = SyntaxFactory.ParseExpression($"{target}.{ordering}").WithTriviaFrom(loop.Expression);
        var fixedRoot = Usings.Add(root.ReplaceNode(loop.Expression, ordered), model, loop.SpanStart, "System.Linq", "Enumerable");
        context.RegisterCodeFix(
            CodeAction.Create($"Go through it in order: .{ordering}", _ => Task.FromResult(context.Document.WithSyntaxRoot(fixedRoot)), nameof(OrderFix)),
            context.Diagnostics);
    }

    private static string? Ordering(INamedTypeSymbol element)
    {
        if (element is { Name: "KeyValuePair", TypeArguments.Length: 2 })
            return !IsComparable(element.TypeArguments[0]) ? null
                : IsString(element.TypeArguments[0]) ? "OrderBy(pair => pair.Key, StringComparer.Ordinal)"
                : "OrderBy(pair => pair.Key)";
        return !IsComparable(element) ? null : IsString(element) ? "Order(StringComparer.Ordinal)" : "Order()";
    }

    private static bool IsString(ITypeSymbol type) => type.SpecialType == SpecialType.System_String;

    private static bool IsComparable(ITypeSymbol type) => type.AllInterfaces.Any(implemented => implemented.MetadataName == "IComparable`1");
}
