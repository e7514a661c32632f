"""Protocols: decision trees and checklists, followed live."""
